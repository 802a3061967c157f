-- The upstream of a request. The configuration says which one in `$sluice_upstream`, and what stands in for it when it has no
-- endpoint in `$sluice_stand_in`; both are ids.

local canary = require "sluice.canary"
local live = require "sluice.live"

local var = ngx.var

local _M = {}

local function usable(id)
  local upstream = id and id ~= "" and live.upstream(id) or nil
  if upstream and #upstream.endpoints > 0 then return upstream end
end

local function choose(id)
  local main = usable(id)
  if main then return { id = id, main = main, upstream = canary.choose(main, live.upstream) } end
  main = usable(var.sluice_stand_in)
  if main then return { id = id, main = main, upstream = canary.choose(main, live.upstream), stand_in = true } end
  return { id = id }
end

-- The upstream that takes the request, chosen once: the route's own, its canary, or what stands in; nil when none has an endpoint.
-- It is in `ngx.ctx.sluice` too: `{ id, main, upstream, stand_in }`; `main` is the one whose side was chosen.
function _M.side()
  local ctx, id = ngx.ctx, var.sluice_upstream
  local chosen = ctx.sluice
  if chosen == nil or chosen.id ~= id then
    chosen = choose(id)
    ctx.sluice = chosen
  end
  return chosen.upstream
end

-- The rewrite phase of every location: answers 503 where nobody can take the request.
function _M.rewrite()
  local id = var.sluice_upstream
  if id == nil or id == "" then return end
  local upstream = _M.side()
  if upstream == nil then return ngx.exit(503) end
  if var.sluice_names == "1" then
    var.sluice_service_namespace = upstream.namespace
    var.sluice_service_name = upstream.service
    var.sluice_service_port = upstream.port
  end
end

return _M
