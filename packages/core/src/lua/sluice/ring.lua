-- Consistent hashing, to the last bit as the other data planes do it: a key belongs to the node with the first point after it.

local hashing = require "sluice.ring_hash"

local floor, sort = math.floor, table.sort
local fold, finish = hashing.fold, hashing.finish

local POINTS = 160

-- A point is one number, hash first, then the rank of its node: numbers of every Lua hold 53 bits.
local RANKS = 2097152

local function hash(text)
  return finish(fold(hashing.start, text))
end

local _M = { hash = hash }
local mt = { __index = _M }

-- A ring of names, which must differ from each other; their order does not matter to where keys go.
function _M.new(names)
  local ranked, points, count = {}, {}, 0
  for node = 1, #names do ranked[node] = node end
  sort(ranked, function(a, b) return names[a] < names[b] end)
  for rank, node in ipairs(ranked) do
    local named = fold(hashing.start, names[node] .. " ")
    for index = 0, POINTS - 1 do
      count = count + 1
      points[count] = finish(fold(named, tostring(index))) * RANKS + rank
    end
  end
  sort(points)
  return setmetatable({ points = points, ranked = ranked }, mt)
end

-- The position, from 0, of the name that a key belongs to.
function _M:find(key)
  local points, wanted = self.points, hash(key) * RANKS
  local low, high = 1, #points + 1
  while low < high do
    local middle = floor((low + high) / 2)
    if points[middle] < wanted then low = middle + 1 else high = middle end
  end
  return self.ranked[(points[low] or points[1]) % RANKS] - 1
end

return _M
