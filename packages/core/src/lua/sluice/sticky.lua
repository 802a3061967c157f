-- Endpoints by affinity cookie: a client without one gets a new cookie; so does, where that is wanted, one whose endpoint failed.
-- Otherwise a failed endpoint is tried again.

local platform = require "sluice.platform"
local ring = require "sluice.ring"

local floor, random, format = math.floor, math.random, string.format

-- Draws for a key that leads to an endpoint which has not failed yet.
local MAX_DRAWS = 20

local function was_tried(tried, position)
  for _, one in ipairs(tried) do
    if one == position then return true end
  end
  return false
end

-- Random keys on a ring: any key stands for some endpoint.
local function balanced(upstream)
  local points = ring.new(upstream.endpoints)
  return {
    find = function(key) return points:find(key) end,
    draw = function(tried)
      for count = 1, MAX_DRAWS do
        local key = format("%.3f.%d.%d", platform.now() + count, platform.worker_id(), 1 + floor(random() * 999999))
        if not was_tried(tried, points:find(key)) then return key end
      end
    end,
  }
end

-- One key for each endpoint: the digest that ingress-nginx gives it.
local function persistent(upstream)
  local salt = upstream.namespace .. "-" .. upstream.service .. "-" .. upstream.port
  local keys, positions = {}, {}
  for index, endpoint in ipairs(upstream.endpoints) do
    keys[index] = platform.md5(salt .. endpoint)
    positions[keys[index]] = index - 1
  end
  return {
    find = function(key) return positions[key] end,
    draw = function(tried)
      local left = {}
      for index, key in ipairs(keys) do
        if not was_tried(tried, index - 1) then left[#left + 1] = key end
      end
      return left[1 + floor(random() * #left)]
    end,
  }
end

local _M = {}

function _M.new(upstream)
  local affinity = upstream.affinity
  local keys = (affinity.mode == "persistent" and persistent or balanced)(upstream)

  local function new(wish)
    local key = keys.draw(wish.tried)
    if key == nil then return nil end
    wish.new_cookie = key
    return keys.find(key)
  end

  return {
    pick = function(wish)
      local last = wish.tried[#wish.tried]
      if last == nil then
        return wish.cookie and keys.find(wish.cookie) or new(wish) or 0
      end
      return affinity.change == 1 and new(wish) or last
    end,
  }
end

return _M
