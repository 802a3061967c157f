-- The header filter phase of every answer.

local affinity_cookie = require "sluice.affinity_cookie"
local plan = require "sluice.plan"
local request = require "sluice.plan_request"
local resp = require "ngx.resp"
local worker = require "sluice.worker"

local _M = {}

-- Whether the head of the answer is of an endpoint, and not of nginx because no endpoint gave one.
local function is_of_endpoint()
  local times = ngx.var.upstream_header_time
  return times ~= nil and times:sub(-1) ~= "-"
end

local function give_cookie(chosen)
  local path = ngx.var.sluice_cookie_path
  if path == nil or path == "" or not is_of_endpoint() then return end
  local src = request.new(ngx.var.server_name)
  resp.add_header("Set-Cookie", affinity_cookie.line(src, chosen.upstream.affinity, chosen.wish.new_cookie, path))
end

-- Tells the client the affinity cookie of its endpoint where it gets a new one, and to come again on another connection where
-- this worker is about to leave; headers as the plan has them. `key`: the plan of the location, for answers that come before it ran.
function _M.filter(key)
  local ctx = ngx.ctx
  local server = ngx.var.sluice_server_header
  ngx.header["Server"] = server ~= "" and server or nil
  local chosen = ctx.sluice
  if chosen and chosen.wish and chosen.wish.new_cookie then give_cookie(chosen) end
  if ctx.sluice_plan ~= nil or key then plan.header_filter(key) end
  if worker.is_leaving() and (ngx.req.http_version() or 2) < 2 and ngx.status ~= 101 then ngx.header["Connection"] = "close" end
end

return _M
