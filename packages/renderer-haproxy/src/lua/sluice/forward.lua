-- The last step of a request that is passed on: HAProxy learns where to, and what to change.

local contexts = require("sluice.context")
local error_page = require("sluice.error_page")
local request = require("sluice.plan_request")
local text = require("sluice.text")
local upstream = require("sluice.upstream")

local M = {}

-- Errors of the way to an endpoint that HAProxy answers by itself: only another hop lets a default backend answer for them.
local OWN_ERRORS = { 502, 503, 504 }

local function set(edits, name, value)
  edits[#edits + 1] = { op = value == "" and "remove" or "set", name = name, value = value }
end

-- A default backend that stands in is told so.
local function tell_stand_in(plan, src, edits)
  local pages = plan.errorPages or {}
  set(edits, "X-Code", "503")
  set(edits, "X-Format", request.header(src, "accept") or "")
  set(edits, "X-Namespace", pages.namespace or plan.namespace)
  set(edits, "X-Ingress-Name", pages.ingress or plan.ingress)
  set(edits, "X-Service-Name", plan.upstream.service)
  set(edits, "X-Service-Port", plan.upstream.port)
  edits[#edits + 1] = { op = "add", name = "X-Request-ID", value = request.request_id(src) }
end

-- What the service said, in place of what the client says under the names, also where nobody was asked.
local function auth_edits(context, external, edits)
  local said = context.auth_edits
  for index, name in ipairs(external.responseHeaders) do
    edits[#edits + 1] = said and said[index] or { op = "remove", name = name, value = "" }
  end
end

-- Header lines for the upstream that every request of the route gets otherwise than usual, before those of snippets.
local function route_edits(context, plan, src, side)
  local edits = {}
  local host = plan.hostHeader and text.fill(src, plan.hostHeader) or contexts.sent_host(context, src.name)
  if host ~= context.host_header then set(edits, "Host", host) end
  if plan.connection then set(edits, "Connection", plan.connection) end
  for _, line in ipairs(plan.told or {}) do
    local value = text.fill(src, line[3])
    if line[1] == "set" then set(edits, line[2], value) else edits[#edits + 1] = { op = "add", name = line[2], value = value } end
  end
  if plan.basic then edits[#edits + 1] = { op = "remove", name = "Authorization" } end
  for _, edit in ipairs(context.client_edits or {}) do edits[#edits + 1] = edit end
  if context.outcome.forwarded_prefix then set(edits, "X-Forwarded-Prefix", context.outcome.forwarded_prefix) end
  if plan.external then auth_edits(context, plan.external, edits) end
  if side.stand_in then tell_stand_in(plan, src, edits) end
  for _, edit in ipairs(context.outcome.edits or {}) do edits[#edits + 1] = edit end
  return edits
end

local function needs_loop(plan)
  for _, status in ipairs(OWN_ERRORS) do
    if error_page.covers(plan, status) then return true end
  end
  return false
end

-- Through the internal frontend, which has no variables of ours: it is told by headers. Nobody else may tell it anything: not an authentication
-- service, and no snippet.
local function loop(context, plan, edits)
  edits[#edits + 1] = { op = "remove", name = "X-Sluice-*" }
  set(edits, "X-Sluice-Backend", context.backend)
  if context.server then set(edits, "X-Sluice-Server", context.server) end
  if plan.readMs then set(edits, "X-Sluice-Read-Ms", tostring(plan.readMs)) end
  context.backend, context.server = "sluice_loop", nil
  context.txn:set_var("txn.sluice_loop_ms", (plan.readMs or 60000) + 1000)
end

-- HAProxy adds the lines of CORS to answers that it makes by itself.
local function tell_cors(context)
  for _, edit in ipairs(context.edits) do
    local name = string.lower(edit.name)
    if string.sub(name, 1, 15) == "access-control-" then context.txn:set_var("txn.sluice_" .. string.gsub(name, "-", "_"), edit.value) end
  end
end

local function has_response_work(context, plan)
  local replaces = plan.errorPages and (plan.errorPages.replaces or context.looped)
  return #context.edits > 0 or plan.values or replaces or context.wish
end

-- The request may go. Nothing comes after this: where a step fails, HAProxy takes the next one, and without a backend it answers 500.
function M.release(context)
  context.txn:set_var("txn.sluice_backend", context.backend)
end

-- Passes the request on to one side of an upstream that has endpoints.
function M.run(context)
  local txn, plan, src = context.txn, context.plan, context.original
  local side = context.side
  upstream.choose(side, src, context, plan.cookiePath)
  local edits = route_edits(context, plan, src, side)
  context.looped = needs_loop(plan)
  if context.looped then loop(context, plan, edits) end
  -- When the answer is there the request is gone.
  if plan.errorPages then request.headers(src) end
  local target = context.outcome.target or (context.absolute and context.target)
  if target then txn.http:req_set_uri(target) end
  if #edits > 0 then
    context.request_edits = edits
    txn:set_var("txn.sluice_edit", 1)
  end
  if plan.cors then tell_cors(context) end
  if plan.readMs and not context.looped then txn:set_var("txn.sluice_read_ms", plan.readMs) end
  if has_response_work(context, plan) then txn:set_var("txn.sluice_response", 1) end
  if plan.mirror then txn:set_var("txn.sluice_mirror", plan.mirror.body and "body" or "head") end
  if context.server then txn:set_var("txn.sluice_server", context.server) end
  if context.canary then txn:set_var("txn.sluice_canary", context.canary) end
  if #edits == 0 then M.release(context) end
end

return M
