-- Consistent hashing, to the last bit as the other data planes do it: a key belongs to the node with the first point after it.

local bit = require "bit"
local ffi = require "ffi"

local bxor, lshift, rshift, band, tobit = bit.bxor, bit.lshift, bit.rshift, bit.band, bit.tobit
local byte, floor = string.byte, math.floor

local POINTS = 160

-- The product of two 32-bit numbers within 32 bits; doubles would lose its lower half.
local function multiply(a, b)
  local low, high = band(a, 0xffff), rshift(a, 16)
  return tobit(low * b + lshift(tobit(high * b), 16))
end

-- FNV-1a with the finish of MurmurHash3, as an unsigned number.
local function hash(text)
  local value = tobit(0x811c9dc5)
  for index = 1, #text do
    value = bxor(value, byte(text, index))
    value = tobit(lshift(value, 24) + value * 0x193)
  end
  value = multiply(bxor(value, rshift(value, 16)), 0x85ebca6b)
  value = multiply(bxor(value, rshift(value, 13)), 0xc2b2ae35)
  return bxor(value, rshift(value, 16)) % 4294967296
end

-- One pass of a radix sort by eight bits of `keys`; equal ones keep their order.
local function pass(from, to, count, shift)
  local starts = ffi.new("uint32_t[257]")
  for index = 0, count - 1 do
    local digit = floor(from.keys[index] / shift) % 256
    starts[digit + 1] = starts[digit + 1] + 1
  end
  for digit = 1, 256 do starts[digit] = starts[digit] + starts[digit - 1] end
  for index = 0, count - 1 do
    local digit = floor(from.keys[index] / shift) % 256
    local place = starts[digit]
    starts[digit] = place + 1
    to.keys[place], to.nodes[place] = from.keys[index], from.nodes[index]
  end
end

local function arrays(count)
  return { keys = ffi.new("uint32_t[?]", count), nodes = ffi.new("uint32_t[?]", count) }
end

local _M = { hash = hash }
local mt = { __index = _M }

-- A ring of names, which must differ from each other; their order does not matter to where keys go.
function _M.new(names)
  local ranked = {}
  for node = 1, #names do ranked[node] = node end
  table.sort(ranked, function(a, b) return names[a] < names[b] end)
  local count = #names * POINTS
  local points, spare = arrays(count), arrays(count)
  for rank, node in ipairs(ranked) do
    for index = 0, POINTS - 1 do
      local place = (rank - 1) * POINTS + index
      points.keys[place] = hash(names[node] .. " " .. index)
      points.nodes[place] = node - 1
    end
  end
  for _, shift in ipairs({ 1, 256, 65536, 16777216 }) do
    pass(points, spare, count, shift)
    points, spare = spare, points
  end
  return setmetatable({ count = count, keys = points.keys, nodes = points.nodes }, mt)
end

-- The position, from 0, of the name that a key belongs to.
function _M:find(key)
  local wanted = hash(key)
  local low, high = 0, self.count
  while low < high do
    local middle = floor((low + high) / 2)
    if self.keys[middle] < wanted then low = middle + 1 else high = middle end
  end
  return self.nodes[low == self.count and 0 or low]
end

return _M
