-- A cache with a bound: what has not been used while `limit` other things came in is forgotten.

local _M = {}
local mt = { __index = _M }

function _M.new(limit)
  return setmetatable({ limit = limit, count = 0, young = {}, old = {} }, mt)
end

function _M:get(key)
  local found = self.young[key]
  if found ~= nil then return found end
  found = self.old[key]
  if found ~= nil then self:put(key, found) end
  return found
end

function _M:put(key, entry)
  if self.young[key] == nil then
    if self.count >= self.limit then
      self.old, self.young, self.count = self.young, {}, 0
    end
    self.count = self.count + 1
  end
  self.young[key] = entry
end

function _M:remove(key)
  if self.young[key] ~= nil then
    self.young[key] = nil
    self.count = self.count - 1
  end
  self.old[key] = nil
end

return _M
