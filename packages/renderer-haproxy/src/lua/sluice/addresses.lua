-- Sets of addresses (`AddressRanges` of the core): ranges in order, as hexadecimal digits.

local find, format, gmatch, lower, match, rep, sub = string.find, string.format, string.gmatch, string.lower, string.match, string.rep, string.sub

local M = {}

local function ipv4(address)
  local a, b, c, d = match(address, "^(%d+)%.(%d+)%.(%d+)%.(%d+)$")
  return a and format("%02x%02x%02x%02x", tonumber(a), tonumber(b), tonumber(c), tonumber(d))
end

local function words(text)
  local digits = {}
  for word in gmatch(text, "[^:]+") do digits[#digits + 1] = format("%04x", tonumber(word, 16)) end
  return table.concat(digits)
end

local function ipv6(address)
  local text = lower(address)
  local last = match(text, "([%d.]+)$")
  if last and find(last, ".", 1, true) then
    local digits = ipv4(last)
    text = sub(text, 1, -#last - 1) .. sub(digits, 1, 4) .. ":" .. sub(digits, 5)
  end
  local gap = find(text, "::", 1, true)
  if gap == nil then return words(text) end
  local before, after = words(sub(text, 1, gap - 1)), words(sub(text, gap + 2))
  return before .. rep("0", 32 - #before - #after) .. after
end

local MAPPED = rep("0", 20) .. "ffff"

-- Kind and digits of an address. IPv4 within IPv6 counts as IPv4.
local function digits_of(address)
  if not find(address, ":", 1, true) then return "ipv4", ipv4(address) end
  local digits = ipv6(address)
  if sub(digits, 1, 24) == MAPPED then return "ipv4", sub(digits, 25) end
  return "ipv6", digits
end

function M.is_empty(set)
  return #set.ipv4 == 0 and #set.ipv6 == 0
end

-- Whether a set has an address. The range that may have it is the last that does not begin after it.
function M.has(set, address)
  if M.is_empty(set) then return false end
  local kind, digits = digits_of(address)
  if digits == nil then return false end
  local ranges = set[kind]
  local low, high = 1, #ranges + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if ranges[middle][1] <= digits then low = middle + 1 else high = middle end
  end
  local found = ranges[low - 1]
  return found ~= nil and digits <= found[2]
end

return M
