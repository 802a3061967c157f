-- Cross-origin requests. Same results as the core's corsAnswer.

local request = require("sluice.plan_request")

local find, lower, sub = string.find, string.lower, string.sub

local M = {}

local function matches(pattern, origin)
  local before, after = pattern[1], pattern[2]
  if after == nil then return origin == before end
  if sub(origin, 1, #before) ~= before or (after ~= "" and sub(origin, -#after) ~= after) then return false end
  return find(sub(origin, #before + 1, #origin - #after), "^[a-z0-9-]+$") ~= nil
end

local function allowed_origin(cors, origin)
  if cors.origins == nil then return "*" end
  local folded = lower(origin)
  for _, pattern in ipairs(cors.origins) do
    if matches(pattern, folded) then return origin end
  end
  return nil
end

-- Adds the header lines for an origin that is allowed to `edits`; true for a preflight of one.
function M.answer(src, cors, edits)
  local allowed = allowed_origin(cors, request.header(src, "origin") or "")
  if allowed == nil then return false end
  edits[#edits + 1] = { op = "set", name = "Access-Control-Allow-Origin", value = allowed }
  for _, line in ipairs(cors.lines) do edits[#edits + 1] = { op = "set", name = line[1], value = line[2] } end
  if request.method(src) ~= "OPTIONS" then return false end
  edits[#edits + 1] = { op = "set", name = "Content-Length", value = "0" }
  return true
end

return M
