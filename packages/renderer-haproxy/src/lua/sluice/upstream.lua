-- Where a request goes: the upstream of its route, its canary, or what stands in, and one endpoint where the upstream wants a certain one.

local affinity_cookie = require("sluice.affinity_cookie")
local canary = require("sluice.canary")
local picker = require("sluice.picker")
local tables = require("sluice.tables")
local text = require("sluice.text")

local gsub = string.gsub

local M = {}

local function usable(key)
  local found = key and tables.upstream(key)
  if found and found.count > 0 then return found end
end

-- `keys`: those of an upstream, for a client that has come with TLS and for one that has not.
local function spoken_to(keys, context)
  return usable(keys and (context.secure and keys.secure or keys.plain))
end

-- The upstream that a plan leads to: `{ main, stand_in }`; nil when none has an endpoint.
function M.find(plan, context)
  local main = spoken_to(plan.upstream, context)
  if main then return { main = main } end
  local stand_in = spoken_to(plan.upstream.standIn, context)
  return stand_in and { main = stand_in, stand_in = true }
end

-- As `serverName` of `translate/upstream-maps.ts`.
local function server_name(endpoint)
  return (gsub(endpoint, "[^%w_.:-]", "_"))
end

-- The endpoint that affinity or a hash wants; nil where any will do.
local function chosen_endpoint(upstream, src, wish)
  local balancing = upstream.balancing
  if upstream.affinity then
    wish.cookie = canary.affinity_key(src, upstream.affinity)
  elseif balancing and balancing.kind == "hash" then
    src.upstream = upstream
    wish.key = text.fill(src, balancing.key)
  else
    return nil
  end
  return upstream.endpoints[picker.of(upstream).pick(wish) + 1]
end

local function give_cookie(context, src, affinity, key, path)
  context.edits[#context.edits + 1] = { op = "add", name = "Set-Cookie", value = affinity_cookie.line(src, affinity, key, path) }
end

-- Names backend and server for HAProxy; a new affinity cookie is given by `cookie_path`, where the route gives any.
function M.choose(side, src, context, cookie_path)
  local main = side.main
  local upstream = canary.choose(src, main, function() return tables.upstream(main.canaryKey) end)
  if upstream ~= main and not side.stand_in then
    context.canary = gsub(main.canary.upstream, "^([^/]*)/(.*):", "%1-%2-")
  end
  local wish = { tried = {} }
  local endpoint = chosen_endpoint(upstream, src, wish)
  context.backend = tables.backend(upstream.backend)
  if endpoint then context.server = server_name(endpoint) end
  if cookie_path == nil or upstream.affinity == nil then return end
  if wish.new_cookie then give_cookie(context, src, upstream.affinity, wish.new_cookie, cookie_path) end
  if upstream.affinity.change == 1 then
    context.wish = { upstream = upstream, server = context.server, wish = wish, path = cookie_path }
  end
end

-- Another endpoint than the wished one has answered: the client gets a cookie that leads elsewhere.
function M.follow(context, src)
  local wished = context.wish
  local server = context.txn.sf:srv_name()
  if server == "" or server == wished.server then return end
  local upstream, position = wished.upstream, 0
  for index, endpoint in ipairs(upstream.endpoints) do
    if server_name(endpoint) == wished.server then position = index - 1 end
  end
  local wish = { tried = { position } }
  picker.of(upstream).pick(wish)
  if wish.new_cookie == nil then return end
  for index, edit in ipairs(context.edits) do
    if edit.name == "Set-Cookie" and edit.value:sub(1, #upstream.affinity.name + 1) == upstream.affinity.name .. "=" then
      table.remove(context.edits, index)
      break
    end
  end
  give_cookie(context, src, upstream.affinity, wish.new_cookie, wished.path)
end

return M
