-- Plans of routes and hosts: what directives of nginx would do in another order than the model says (`translate/plan.ts`).

local answer = require("sluice.plan_answer")
local cors = require("sluice.plan_cors")
local headers = require("sluice.plan_headers")
local request = require("sluice.plan_request")
local snippet = require("sluice.plan_snippet")
local text = require("sluice.plan_text")

local M = {}

local plans = {}

local function set_of(list)
  local set = {}
  for _, item in ipairs(list) do set[item] = true end
  return set
end

local function prepare_steps(steps)
  for _, step in ipairs(steps or {}) do
    if step.steps then prepare_steps(step.steps) end
    if step.edit and step.edit.statuses then step.edit.statuses = set_of(step.edit.statuses) end
  end
end

local function prepare(plan)
  prepare_steps(plan.steps)
  prepare_steps(plan.hostSteps)
  plan.pages = plan.pages and set_of(plan.pages)
  plan.edits = {}
  for i, line in ipairs(plan.lines or {}) do plan.edits[i] = { op = "set", name = line[1], value = line[2] } end
  for _, slot in ipairs(plan.slots or {}) do
    slot.key = string.lower(slot.name)
    plan.slots[slot.key] = true
  end
  return plan
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

local function append(edits, more)
  for i = 1, #more do edits[#edits + 1] = more[i] end
end

-- The lines of policies come after those of the rewrite phase. The steps of the host see the path as it was.
local function add_policies(plan, src, edits)
  append(edits, plan.edits)
  if plan.hostSteps == nil then return {} end
  local run = snippet.run(src, plan.hostSteps)
  append(edits, run.response)
  return run.request
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

local function end_with(result, pages)
  if result.location then return answer.redirect(result.status, result.location) end
  return answer.respond(result.status, result.text, pages)
end

local function is_redirected(https, src)
  if request.secure(src) then return false end
  return https.namelessOnly == nil or request.host(src) == "" or request.canonical_host(src) == "_"
end

local function fill_groups(parts, groups)
  local filled = {}
  for i, part in ipairs(parts) do filled[i] = type(part) == "number" and (groups[part] or "") or part end
  return table.concat(filled)
end

-- The target after the rewrite of the route; nil when its pattern is not found.
local function rewritten(policy, src, target)
  local groups = text.match(src.path, policy)
  if groups == nil then return nil end
  if policy.forwardedPrefix then ngx.var.sluice_forwarded_prefix = text.escape_controls(fill_groups(policy.forwardedPrefix, groups)) end
  local _, query = request.split(target)
  return text.escape_target(fill_groups(policy.target, groups)) .. (query == "?" and "" or query)
end

-- nginx takes what comes after the name of the upstream for the target as it is: it must begin with a slash and have no blanks.
local function pass_target(target)
  if string.sub(target, 1, 1) ~= "/" then target = "/" .. target end
  ngx.var.sluice_target = text.escape_controls(target)
end

local function forward(plan, src, run, edits)
  local target = run and run.target
  if plan.rewrite and not (run and run.stopped) then
    target = rewritten(plan.rewrite, src, target or request.target(src)) or target
  end
  if target then pass_target(target) end
  if plan.slots then headers.edit_request(src, plan.slots, edits) end
end

-- What the route does before its own action: CORS, then its snippet.
local function rewrite_phase(plan, src, edits)
  local preflight = plan.cors and cors.answer(src, plan.cors, edits)
  if preflight or plan.steps == nil then return preflight, nil end
  local run = snippet.run(src, plan.steps)
  append(edits, run.response)
  return false, run
end

-- The edits of the answer are known to everybody who may answer from now on.
local function begin(plan, src)
  local edits = {}
  if plan.action.kind == "refuse" then
    add_policies(plan, src, edits)
    ngx.ctx.sluice_plan = edits
    return edits
  end
  local preflight, run = rewrite_phase(plan, src, edits)
  local asked = request.new(plan.host)
  asked.headers = src.headers
  local of_host = add_policies(plan, asked, edits)
  ngx.ctx.sluice_plan = edits
  return of_host, preflight, run
end

-- The plan of the location: ends the request, or leaves it to whoever forwards it.
function M.rewrite()
  if is_inner() then return end
  local plan = plan_of(ngx.var.sluice_plan)
  local src = request.new(plan.host)
  local action = plan.action
  local request_edits, preflight, run = begin(plan, src)
  if action.kind == "refuse" then return answer.respond(action.status, nil, plan.pages) end
  if preflight then return answer.respond(204, nil, plan.pages) end
  if run and run.answer then return end_with(run.answer, plan.pages) end
  if action.kind == "redirect" then return answer.redirect(action.status, answer.location_of(src, action.location)) end
  if plan.https and is_redirected(plan.https, src) then
    return answer.redirect(plan.https.status, answer.location_of(src, plan.https.location))
  end
  if action.kind == "respond" then return answer.respond(action.status, nil, plan.pages) end
  if run then append(request_edits, run.request) end
  forward(plan, src, run, request_edits)
end

-- The status of a client that may not ask; nil for others.
local function refusal(plan)
  if plan.refused then return 403 end
  if plan.handshake and ngx.var.sluice_misdirected == "1" then return 421 end
  if plan.subject and text.match(ngx.var.ssl_client_s_dn or "", plan.subject) == nil then return 403 end
end

-- What a host does before a route is looked for.
function M.server(key)
  if is_inner() then return end
  local plan = plan_of(key)
  local refused = refusal(plan)
  if refused then return ngx.exit(refused) end
  local src = request.new(plan.host)
  local path = src.path
  local run = snippet.run(src, plan.steps)
  if run.answer then
    ngx.ctx.sluice_plan = run.response
    return end_with(run.answer)
  end
  if plan.appRoot and path == "/" then
    return answer.redirect(302, answer.location_of(src, { kind = "root", text = plan.appRoot }))
  end
end

-- Changes the header lines of an answer. `key`: the plan of the location, for answers that nginx makes before its rewrite phase.
function M.header_filter(key)
  local edits = ngx.ctx.sluice_plan
  if edits == nil and key and not is_inner() then
    local plan = plans[key]
    edits = {}
    if plan then add_policies(plan, request.new(plan.host), edits) end
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
