-- Which side of a canary a request goes to: `chooseSide` of the core, rule by rule.

local platform = require "sluice.platform"
local request = require "sluice.plan_request"
local text = require "sluice.text"

local find, sub, floor, random = string.find, string.sub, math.floor, math.random

local _M = {}

-- The affinity cookie of a request, taken apart: what stands for the endpoint, and the key of the upstream that gave it; nil when
-- it has none.
function _M.affinity_key(src, affinity)
  local value = text.cookie(src, affinity.name)
  if value == nil or value == "" then return nil end
  local bar = find(value, "|", 1, true)
  if not bar then return value end
  local rest = sub(value, bar + 1)
  return sub(value, 1, bar - 1), sub(rest, 1, (find(rest, "|", 1, true) or 0) - 1)
end

local function is_of(src, affinity)
  if affinity == nil then return false end
  local _, key = _M.affinity_key(src, affinity)
  return key == affinity.key
end

local function by_word(value)
  if value == "always" then return true end
  if value == "never" then return false end
  return nil
end

local by_header = {
  value = function(rule, value) if value == rule.value then return true end end,
  pattern = function(rule, value) if platform.found(value, rule) then return true end end,
  unusable = function() return false end,
  words = function(_, value) return by_word(value) end,
}

local function decided(src, canary)
  local header = canary.header
  local value = header and request.header(src, header.name)
  local choice
  if value then choice = by_header[header.kind](header, value) end
  if choice == nil and canary.cookie then choice = by_word(text.cookie(src, canary.cookie)) end
  if choice == nil then choice = floor(random() * canary.total) < canary.weight end
  return choice
end

-- The upstream of a request itself or its canary; `lookup(id)` finds upstreams.
function _M.choose(src, main, lookup)
  local canary = main.canary
  if canary == nil then return main end
  local other = lookup(canary.upstream)
  if other == nil or #other.endpoints == 0 then return main end
  if is_of(src, main.affinity) then return main end
  if is_of(src, other.affinity) or decided(src, canary) then return other end
  return main
end

return _M
