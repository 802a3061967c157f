-- What all threads share, in one state, which HAProxy runs one at a time: how much clients have asked for (`Limits` of the Node data plane), and
-- answers of authentication services.

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

local MOST_ANSWERS = 10000

-- By key: an answer as `sluice.memory` writes it, and till when it holds.
local answers, older, held = {}, {}, 0

core.register_action("sluice_memory", { "http-req" }, function(txn)
  local key, keep = txn.sf:req_fhdr("x-sluice-answer"), txn.sf:req_fhdr("x-sluice-keep")
  local now = core.now().sec * 1000 + core.now().usec / 1000
  local ms, text = string.match(keep, "^(%d+) (.*)$")
  if ms then
    if held >= MOST_ANSWERS then answers, older, held = {}, answers, 0 end
    answers[key], held = { text = text, till = now + tonumber(ms) }, held + 1
    return
  end
  local found = answers[key] or older[key]
  if found and found.till > now then txn:set_var("txn.sluice_kept", found.text) end
end)
