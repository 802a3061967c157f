-- Plans of routes and hosts: what directives of nginx would do in another order than the model says (`translate/plan.ts`). What they come
-- to, `sluice.plan_route` says; nginx does it here.

local answer = require("sluice.plan_answer")
local cors = require("sluice.plan_cors")
local headers = require("sluice.plan_headers")
local platform = require("sluice.platform")
local request = require("sluice.plan_request")
local steps = require("sluice.plan_route")

local M = {}

local plans = {}

local function prepare(plan)
  for _, slot in ipairs(plan.slots or {}) do
    slot.key = string.lower(slot.name)
    plan.slots[slot.key] = true
  end
  return steps.prepare(plan)
end

-- Reads the plans of this generation; a file that is not there has none. Called in the master, before workers are.
function M.load(path)
  -- Groups in repeats need more than the usual 32 KB; fails where somebody has matched something already.
  pcall(require("ngx.re").opt, "jit_stack_size", 1048576)
  local file = io.open(path, "rb")
  if file == nil then return end
  local encoded = file:read("*a")
  file:close()
  plans = assert(require("sluice.bencode").decode(encoded))
  for _, plan in pairs(plans) do prepare(plan) end
end

local function is_inner()
  return ngx.is_subrequest or ngx.req.is_internal()
end

local function plan_of(key)
  local plan = plans[key]
  if plan == nil then
    ngx.log(ngx.ERR, "there is no plan ", key)
    ngx.exit(500)
  end
  return plan
end

local function end_with(outcome, pages)
  if outcome.location then return answer.redirect(outcome.status, outcome.location) end
  return answer.respond(outcome.status, outcome.text, pages)
end

-- The plan of the location: ends the request, or leaves it to whoever forwards it.
function M.rewrite()
  if is_inner() then return end
  local plan = plan_of(ngx.var.sluice_plan)
  local src = request.new(plan.host)
  local run = steps.begin(plan, src)
  -- Known to everybody who may answer from now on.
  ngx.ctx.sluice_plan = run.edits
  local outcome = steps.finish(plan, src, run)
  if outcome.status then return end_with(outcome, plan.pages) end
  if outcome.forwarded_prefix then ngx.var.sluice_forwarded_prefix = outcome.forwarded_prefix end
  if outcome.target then ngx.var.sluice_target = outcome.target end
  if plan.slots then headers.edit_request(src, plan.slots, outcome.edits) end
end

-- The status of a client that may not ask; nil for others.
local function refusal(plan)
  if plan.refused then return 403 end
  if plan.handshake and ngx.var.sluice_misdirected == "1" then return 421 end
  if plan.subject and platform.match(ngx.var.ssl_client_s_dn or "", plan.subject) == nil then return 403 end
end

-- What a host does before a route is looked for.
function M.server(key)
  if is_inner() then return end
  local plan = plan_of(key)
  local refused = refusal(plan)
  if refused then return ngx.exit(refused) end
  local outcome = steps.server(plan, request.new(plan.host))
  if outcome == nil then return end
  ngx.ctx.sluice_plan = outcome.edits
  return end_with(outcome)
end

-- Changes the header lines of an answer. `key`: the plan of the location, for answers that nginx makes before its rewrite phase.
function M.header_filter(key)
  local edits = ngx.ctx.sluice_plan
  if edits == nil and key and not is_inner() then
    local plan = plans[key]
    edits = plan and steps.lines(plan, request.new(plan.host))
  end
  if edits and not ngx.is_subrequest then headers.edit_response(edits) end
end

-- Adds the CORS lines of a plan to the answer of a location that stands in for the route, such as the way to a sign-in page.
function M.cors_header_filter(key)
  local plan = plans[key]
  if plan == nil or plan.cors == nil then return end
  local edits = {}
  cors.answer(request.new(plan.host), plan.cors, edits)
  headers.edit_response(edits)
end

return M
