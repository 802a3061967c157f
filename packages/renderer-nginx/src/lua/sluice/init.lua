-- The init phase, in the master: workers have no rights to read files later, so everything is loaded here, the plans of the generation too. When nothing is in
-- shared memory, what the controller wrote last is (`live`, beside the configuration); what a reload finds there is newer.

require "resty.core"

-- First: it sets the stack of the pattern matcher, which must be done before anything is matched.
require("sluice.plan").load("current/plans")

for _, name in ipairs({ "answer", "balance", "bencode", "cache", "certificate", "control", "count", "live", "picker", "route", "worker" }) do
  require("sluice." .. name)
end

local store = require "sluice.store"

local function read(path)
  local file = io.open(path, "rb")
  if not file then return nil end
  local text = file:read("*a")
  file:close()
  return text
end

if store.version() == 0 then
  local text = read(ngx.config.prefix() .. "live")
  local failed = text and store.load(text)
  if failed then ngx.log(ngx.WARN, failed) end
end

return true
