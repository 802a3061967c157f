-- The actions that haproxy.cfg names. One state for each thread.

local blocks = require("sluice.blocks")
local context = require("sluice.context")
local client = require("sluice.client")
local cors = require("sluice.plan_cors")
local error_page = require("sluice.error_page")
local forward = require("sluice.forward")
local forwarded = require("sluice.forwarded")
local gate = require("sluice.gate")
local locations = require("sluice.plan_location")
local mirror = require("sluice.mirror")
local page = require("sluice.page")
local path = require("sluice.path")
local platform = require("sluice.platform")
local plan_route = require("sluice.plan_route")
local request = require("sluice.plan_request")
local response = require("sluice.response")
local tables = require("sluice.tables")
local upstream = require("sluice.upstream")

-- On the way to a sign-in page the headers of the route are not for the client, but those of CORS are.
local function cors_lines(known)
  local edits = {}
  if known.plan.cors then cors.answer(known.original, known.plan.cors, edits) end
  return edits
end

-- Ends the request as the plan says: the default backend may have the page for the status.
local function finish(known, answer)
  local plan = known.plan
  if plan and answer.location == nil and error_page.covers(plan, answer.status) then
    return error_page.send(known, plan, known.original, answer.status)
  end
  local changes = answer.signin and cors_lines(known) or known.edits
  for _, edit in ipairs(answer.edits or {}) do changes[#changes + 1] = edit end
  return page.send(known, answer, changes)
end

local function is_too_large(known, plan)
  if plan.bodyBytes == nil then return false end
  local length = tonumber(known.txn.sf:req_fhdr("content-length"))
  return length ~= nil and length > plan.bodyBytes
end

-- What is left of a request that its plan passes on.
local function pass(known)
  local plan = known.plan
  known.side = upstream.find(plan, known)
  if known.side == nil then return finish(known, { status = 503 }) end
  if gate.prepare(known, plan) then return end
  local refused = plan.access and gate.check(known, plan, known.original)
  if refused then return finish(known, refused) end
  return forward.run(known)
end

-- `original` is the request as it came; steps of a snippet change another one.
local function run_plan(known, plan)
  known.plan = plan
  known.original = request.new(plan.host, known)
  if is_too_large(known, plan) then
    known.edits = plan_route.lines(plan, known.original)
    return finish(known, { status = 413 })
  end
  local src = request.new(plan.host, known)
  local run = plan_route.begin(plan, src)
  known.edits = run.edits
  local outcome = plan_route.finish(plan, src, run)
  known.outcome = outcome
  if outcome.status then return finish(known, outcome) end
  return pass(known)
end

-- What the host does before a route is looked for; nil lets the request go on.
local function before_routes(known, host, src)
  local refused = host.clientAuth and client.check(known, host.clientAuth, src)
  if refused then return refused end
  if host.server then return plan_route.server(host.server, src) end
  if host.appRoot and known.path == "/" then
    return { status = 302, location = locations.location_of(src, { kind = "root", text = host.appRoot }) }
  end
  return nil
end

local VERSIONS = { ["1.0"] = true, ["1.1"] = true, ["2.0"] = true, ["3.0"] = true }

-- HTTP/1.0 knows no body in chunks.
local function is_odd(known)
  if known.target == nil or not VERSIONS[known.version] then return true end
  return known.version == "1.0" and known.txn.sf:req_fhdr("transfer-encoding") ~= ""
end

local function route(txn)
  local known = context.new(txn)
  if known.method == "CONNECT" then return page.send(known, { status = 405, last = true }) end
  if is_odd(known) then return page.send(known, { status = 400 }) end
  local unnamed = request.new("", known)
  local name = known.host == "" and known.nameless or request.canonical_host(unnamed)
  known.path = path.normalize(path.of_target(known.target))
  if not name or known.path == nil then return page.send(known, { status = 400 }) end
  if known.method == "TRACE" then return page.send(known, { status = 405, last = true }) end
  local host, digest = tables.host(name)
  if host == nil then return page.send(known, { status = 503 }) end
  if blocks.refuses(known) then return page.send(known, { status = 403 }) end
  local early = before_routes(known, host, request.new(host.name, known))
  if early then return page.send(known, early, early.edits) end
  local plan = tables.plan(host, digest, known.path)
  if plan == nil then return page.send(known, { status = 404 }) end
  return run_plan(known, plan)
end

local function action(name, phase, run)
  core.register_action(name, { phase }, function(txn)
    platform.enter(txn)
    return run(txn)
  end)
end

action("sluice_told", "http-req", forwarded.run)
action("sluice", "http-req", route)

action("sluice_gate", "http-req", function(txn)
  local known = context.of(txn)
  local refused = gate.check(known, known.plan, known.original)
  if refused then return finish(known, refused) end
  return forward.run(known)
end)

action("sluice_join", "http-req", response.join_forwarded)
action("sluice_edit", "http-req", response.edit_request)
action("sluice_mirror", "http-req", mirror.run)
action("sluice_response", "http-res", response.run)
