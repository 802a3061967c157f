-- The upstream of a request. The configuration says which one in `$sluice_upstream`, and what stands in for it when it has no
-- endpoint in `$sluice_stand_in`; both are ids.

local canary = require "sluice.canary"
local live = require "sluice.live"
local plan = require "sluice.plan"
local request = require "sluice.plan_request"

local var = ngx.var

local _M = {}

local function usable(id)
  local upstream = id and id ~= "" and live.upstream(id) or nil
  if upstream and #upstream.endpoints > 0 then return upstream end
end

-- The request for texts of an upstream: the path is the one that the client asked for.
function _M.request(upstream)
  local src = request.new(var.server_name)
  local path = var.sluice_path
  if path ~= nil and path ~= "" then src.path = path end
  src.upstream, src.namespace, src.ingress_name = upstream, var.sluice_namespace, var.sluice_ingress_name
  return src
end

local function choose(id)
  local main = usable(id)
  local stand_in = main == nil
  if stand_in then main = usable(var.sluice_stand_in) end
  if main == nil then return { id = id } end
  local upstream = main.canary and canary.choose(_M.request(main), main, live.upstream) or main
  return { id = id, main = main, upstream = upstream, stand_in = stand_in }
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

-- Tells the upstream that stands in why it is asked (`standInVariables` of `translate/request-headers.ts`).
local function tell_stand_in(id)
  local service, port = string.match(id, "^[^/]*/(.*):([^:]*)$")
  var.sluice_in_x_code = "503"
  var.sluice_in_x_format = var.http_accept or ""
  var.sluice_in_x_namespace = var.sluice_page_namespace
  var.sluice_in_x_ingress_name = var.sluice_page_ingress
  var.sluice_in_x_service_name = service or ""
  var.sluice_in_x_service_port = port or ""
  var.sluice_again_request_id = var.sluice_request_id
end

-- The rewrite phase of every location: the steps of its plan, then 503 where nobody can take the request (another status where
-- the location says so).
function _M.rewrite()
  local key = var.sluice_plan
  if key ~= nil and key ~= "" then plan.rewrite() end
  local id = var.sluice_upstream
  if id == nil or id == "" then return end
  local upstream = _M.side()
  if upstream == nil then
    local status = var.sluice_unavailable
    return ngx.exit(status ~= nil and status ~= "" and tonumber(status) or 503)
  end
  if ngx.ctx.sluice.stand_in then tell_stand_in(id) end
  if var.sluice_names == "1" then
    var.sluice_service_namespace = upstream.namespace
    var.sluice_service_name = upstream.service
    var.sluice_service_port = upstream.port
  end
end

return _M
