-- What all threads share, in one state: how much clients have asked for (`Limits` of the Node data plane). HAProxy runs it one at a time.

local MOST_CLIENTS = 200000
local REQUEST = 1000

-- By zone, client and kind of rate: how full a bucket is, and when it was looked at. What is old is forgotten when there are too many.
local young, old, count = {}, {}, 0

local function level_of(key)
  local level = young[key]
  if level then return level end
  level = old[key]
  if level then
    young[key], count = level, count + 1
  end
  return level
end

local function fill(key, excess, now)
  local level = level_of(key)
  if level then
    level.excess, level.at = excess, now
    return
  end
  if count >= MOST_CLIENTS then young, old, count = {}, young, 0 end
  young[key], count = { excess = excess, at = now }, count + 1
end

-- How full the bucket would be with another request (nginx `limit_req` with `nodelay`); nil when that is too full.
local function excess_of(key, requests, burst, per_ms, now)
  local level = level_of(key)
  if level == nil then return 0 end
  local drained = (now - level.at) * requests * per_ms * REQUEST
  local excess = math.max(0, level.excess - drained + REQUEST)
  if excess > burst * REQUEST then return nil end
  return excess
end

local function rate_of(text)
  local requests, burst = string.match(text, "^(%d+),(%d+)$")
  return requests and tonumber(requests), burst and tonumber(burst)
end

local function enter(second, minute, key, now)
  local kinds = { { " s", 1 / 1000, rate_of(second) }, { " m", 1 / 60000, rate_of(minute) } }
  local fills = {}
  for _, kind in ipairs(kinds) do
    local mark, per_ms, requests, burst = kind[1], kind[2], kind[3], kind[4]
    if requests then
      local excess = excess_of(key .. mark, requests, burst, per_ms, now)
      if excess == nil then return false end
      fills[#fills + 1] = { key .. mark, excess }
    end
  end
  for _, one in ipairs(fills) do fill(one[1], one[2], now) end
  return true
end

core.register_action("sluice_limit", { "http-req" }, function(txn)
  local second, minute, key = string.match(txn.sf:req_fhdr("x-sluice-limit"), "^(%S+) (%S+) (.*)$")
  local now = core.now()
  if second and not enter(second, minute, key, now.sec * 1000 + now.usec / 1000) then txn:set_var("txn.sluice_limited", 1) end
end)
