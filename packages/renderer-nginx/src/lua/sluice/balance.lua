-- The balancer phase: an endpoint for every try of a request.

local balancer = require "ngx.balancer"
local canary = require "sluice.canary"
local count = require "sluice.count"
local picker = require "sluice.picker"
local route = require "sluice.route"
local text = require "sluice.text"

local floor, random, min = math.floor, math.random, math.min

-- NGX_BUSY: nobody can be asked, which is answered 502.
local BUSY = -3

local DEFAULT_TRIES = 3

-- What the request says about its endpoint.
local function wish_of(upstream)
  local wish = { tried = {}, counts = {} }
  if upstream.affinity then
    wish.cookie = canary.affinity_key(route.request(upstream), upstream.affinity)
  elseif upstream.balancing and upstream.balancing.kind == "hash" then
    wish.key = text.fill(route.request(upstream), upstream.balancing.key)
  end
  local tries = tonumber(ngx.var.sluice_tries) or DEFAULT_TRIES
  wish.most = tries == 0 and #upstream.endpoints or tries
  return wish
end

-- An address of a named endpoint: any of the family that comes first, and the following ones when it is tried again.
local function resolved(addresses, before)
  local count = #addresses
  if count == 0 then return nil end
  local first = 1
  local bracket = addresses[1]:sub(1, 1) == "["
  while first < count and (addresses[first + 1]:sub(1, 1) == "[") == bracket do first = first + 1 end
  if before.start == nil then before.start = floor(random() * first) end
  return addresses[1 + (before.start + before.count) % count]
end

-- The address of an endpoint, `host:port`; nil when its name has none.
local function address_of(upstream, position, wish)
  local endpoint = upstream.endpoints[position + 1]
  local addresses = upstream.names and upstream.names[endpoint]
  if not addresses then return endpoint end
  local before = wish.counts[position] or { count = -1 }
  wish.counts[position] = before
  before.count = before.count + 1
  return resolved(addresses, before)
end

-- The try that ran until now is over.
local function done(chosen)
  local wish = chosen.wish
  local last, made = wish.tried[#wish.tried], picker.of(chosen.upstream)
  if made.done and last and wish.started then made.done(last, ngx.now() - wish.started) end
  wish.started = nil
end

local function try(upstream, wish)
  local position = picker.of(upstream).pick(wish)
  wish.tried[#wish.tried + 1] = position
  local address = address_of(upstream, position, wish)
  if not address then return false end
  local ok, why = balancer.set_current_peer(address)
  if not ok then ngx.log(ngx.ERR, "an endpoint cannot be connected to: ", address, ": ", why) end
  return ok
end

local _M = {}

-- Sets the endpoint of the next try; those that cannot be connected to at all count as tried.
function _M.balance()
  local ctx = ngx.ctx
  if ctx.sluice == nil then route.side() end
  local chosen = ctx.sluice
  local upstream = chosen.upstream
  if upstream == nil then return ngx.exit(BUSY) end
  local wish = chosen.wish
  if wish then
    done(chosen)
  else
    wish = wish_of(upstream)
    chosen.wish = wish
    balancer.set_more_tries(min(wish.most, 1000) - 1)
  end
  local found
  repeat found = try(upstream, wish) until found or #wish.tried >= wish.most
  if not found then return ngx.exit(BUSY) end
  wish.started = ngx.now()
end

-- The name of the upstream of a canary that took the request, as ingress-nginx writes it.
local function canary_name(chosen)
  local upstream = chosen and not chosen.stand_in and chosen.upstream
  if not upstream or upstream == chosen.main then return nil end
  return upstream.namespace .. "-" .. upstream.service .. "-" .. upstream.port
end

-- The log phase: the last try is over. What became a tunnel says nothing about how fast an endpoint is.
function _M.log()
  local chosen = ngx.ctx.sluice
  if chosen and chosen.wish and ngx.status ~= 101 then done(chosen) end
  local side = canary_name(chosen)
  if side then ngx.var.sluice_canary = side end
  count.log(side)
end

return _M
