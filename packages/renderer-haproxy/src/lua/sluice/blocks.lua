-- Who is kept out by headers, whatever the host (`blockedRequest` of the core).

local platform = require("sluice.platform")
local request = require("sluice.plan_request")
local tables = require("sluice.tables")

local M = {}

local function found(patterns, text)
  for _, pattern in ipairs(patterns) do
    if platform.found(text, pattern) then return true end
  end
  return false
end

function M.refuses(context)
  local digest = context.txn:get_var("txn.sluice_settings")
  if digest == nil then return false end
  local settings, src = tables.settings(digest), request.new("", context)
  return found(settings.userAgents, request.header(src, "user-agent") or "") or found(settings.referers, request.header(src, "referer") or "")
end

return M
