-- Chooses endpoints of an upstream, by position from 0, as the pickers of the other data planes: affinity goes before hashing,
-- hashing before the other ways. `pick(wish)` looks at `wish`: `{ tried, key, cookie }`, and may set its `new_cookie`;
-- `done(position, seconds)`, where there is one, is told how long a try took.

local platform = require "sluice.platform"
local ring = require "sluice.ring"
local sticky = require "sluice.sticky"

local ceil, floor, min, max, random, exp = math.ceil, math.floor, math.min, math.max, math.random, math.exp

-- How fast old response times lose their weight, in seconds.
local DECAY = 10

-- Endpoints in turn, from a random one on; a request that failed goes on to the next one without taking anybody's turn.
local function round_robin(upstream)
  local count, memory = #upstream.endpoints, upstream.memory
  return {
    pick = function(wish)
      local last = wish.tried[#wish.tried]
      if last then return (last + 1) % count end
      local position = (memory.next or floor(random() * count)) % count
      memory.next = position + 1
      return position
    end,
  }
end

-- The endpoint that the key belongs to, or any of the group that it belongs to. A failed one is followed by the next.
local function hash(upstream)
  local endpoints, wanted = upstream.endpoints, upstream.balancing.subset
  local count = #endpoints
  local size = min(wanted or 1, count)
  local names = endpoints
  if wanted then
    -- Groups are laid out by number; the last one is filled up from the first.
    names = {}
    for index = 1, ceil(count / wanted) do names[index] = "set" .. index end
  end
  local points = ring.new(names)
  return {
    pick = function(wish)
      local last = wish.tried[#wish.tried]
      if last then return (last + 1) % count end
      local found = points:find(wish.key)
      if not wanted then return found end
      return (found * size + floor(random() * size)) % count
    end,
  }
end

local function fading(elapsed)
  return exp(-max(elapsed, 0) / DECAY)
end

-- Keeps scores of the endpoints there are; new ones begin with the average of the others.
local function settle(scores, endpoints)
  local current, sum, known = {}, 0, 0
  for _, endpoint in ipairs(endpoints) do current[endpoint] = true end
  for endpoint, score in pairs(scores) do
    if current[endpoint] then
      sum, known = sum + score.average, known + 1
    else
      scores[endpoint] = nil
    end
  end
  if known == 0 then return end
  for _, endpoint in ipairs(endpoints) do
    scores[endpoint] = scores[endpoint] or { average = sum / known, touched = platform.now() }
  end
end

-- Positions that have not been tried; all of them once every endpoint has been.
local function untried(count, tried)
  local taken, left = {}, {}
  for _, position in ipairs(tried) do taken[position] = true end
  for position = 0, count - 1 do
    if not taken[position] then left[#left + 1] = position end
  end
  return #left > 0 and left or nil
end

-- Of two endpoints drawn by chance the one with the lower moving average of response times; averages fade while an endpoint is not
-- asked.
local function ewma(upstream)
  local endpoints, scores = upstream.endpoints, upstream.memory.scores
  settle(scores, endpoints)

  local function score_of(position)
    local score = scores[endpoints[position + 1]]
    return score and score.average * fading(platform.now() - score.touched) or 0
  end

  return {
    pick = function(wish)
      local left = #wish.tried > 0 and untried(#endpoints, wish.tried) or nil
      local count = left and #left or #endpoints
      local one = floor(random() * count)
      local two = count > 1 and (one + 1 + floor(random() * (count - 1))) % count or one
      if left then one, two = left[one + 1], left[two + 1] end
      return score_of(one) <= score_of(two) and one or two
    end,
    done = function(position, seconds)
      local endpoint, now = endpoints[position + 1], platform.now()
      local score = scores[endpoint]
      if score == nil then
        scores[endpoint] = { average = seconds, touched = now }
        return
      end
      local weight = fading(now - score.touched)
      score.average = score.average * weight + seconds * (1 - weight)
      score.touched = now
    end,
  }
end

local _M = {}

-- The picker of an upstream that has endpoints, made once: `{ endpoints, balancing, affinity, namespace, service, port, memory }`, where
-- `memory` is what balancing learns, `{ scores = {} }` at first.
function _M.of(upstream)
  local made = upstream.picker
  if made == nil then
    local kind = upstream.balancing and upstream.balancing.kind
    if upstream.affinity then made = sticky.new(upstream)
    elseif kind == "hash" then made = hash(upstream)
    elseif kind == "ewma" then made = ewma(upstream)
    else made = round_robin(upstream) end
    upstream.picker = made
  end
  return made
end

return _M
