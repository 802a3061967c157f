-- What the plan of a route or a host makes of a request, step by step in the order of the evaluator (`RoutePlan`, `ServerPlan`). Nothing is
-- sent here: who asks does what the outcome says. `src` is of `plan_request.new`.

local cors = require("sluice.plan_cors")
local locations = require("sluice.plan_location")
local platform = require("sluice.platform")
local request = require("sluice.plan_request")
local snippet = require("sluice.plan_snippet")
local text = require("sluice.text")

local M = {}

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

-- Makes a plan that has just been decoded ready, once: lists of statuses become sets, `pages` too. Returns it.
function M.prepare(plan)
  prepare_steps(plan.steps)
  prepare_steps(plan.hostSteps)
  plan.pages = plan.pages and set_of(plan.pages)
  plan.edits = {}
  for i, line in ipairs(plan.lines or {}) do plan.edits[i] = { op = "set", name = line[1], value = line[2] } end
  return plan
end

local function append(edits, more)
  for i = 1, #more do edits[#edits + 1] = more[i] end
end

-- Appends the lines of policies and of the host to the edits of the answer; returns the edits of the request that the host makes.
local function add_policies(plan, src, edits)
  append(edits, plan.edits)
  if plan.hostSteps == nil then return {} end
  local run = snippet.run(src, plan.hostSteps)
  append(edits, run.response)
  return run.request
end

-- The edits of an answer that is made before any step was taken.
function M.lines(plan, src)
  local edits = {}
  add_policies(plan, src, edits)
  return edits
end

-- What the route does before its own action: CORS, then its snippet.
local function rewrite_phase(plan, src, edits)
  local preflight = plan.cors and cors.answer(src, plan.cors, edits)
  if preflight or plan.steps == nil then return preflight, nil end
  local run = snippet.run(src, plan.steps)
  append(edits, run.response)
  return false, run
end

-- The request as it was before the steps of a snippet; what has been read stays read.
local function unchanged(src, path)
  local copy = {}
  for key, value in pairs(src) do copy[key] = value end
  copy.path, copy.groups = path, {}
  return copy
end

-- Takes the steps of the rewrite phase: `{ edits, request_edits, preflight, snippet }`. `edits` are those of the answer, whoever gives
-- it from now on; the lines of policies come after those of the phase, and the steps of the host see the path as it was.
function M.begin(plan, src)
  local edits = {}
  if plan.action.kind == "refuse" then return { edits = edits, request_edits = add_policies(plan, src, edits) } end
  local path = src.path
  local preflight, run = rewrite_phase(plan, src, edits)
  local request_edits = add_policies(plan, unchanged(src, path), edits)
  return { edits = edits, request_edits = request_edits, preflight = preflight, snippet = run }
end

local function is_redirected(https, src)
  if request.told_scheme(src) ~= "http" then return false end
  return https.namelessOnly == nil or request.host(src) == "" or request.canonical_host(src) == "_"
end

-- The answer of the plan itself; nil where the request is forwarded.
local function answer_of(plan, src, run)
  local action = plan.action
  if action.kind == "refuse" then return { status = action.status } end
  if run.preflight then return { status = 204 } end
  if run.snippet and run.snippet.answer then return run.snippet.answer end
  if action.kind == "redirect" then return { status = action.status, location = locations.location_of(src, action.location) } end
  if plan.https and is_redirected(plan.https, src) then
    return { status = plan.https.status, location = locations.location_of(src, plan.https.location) }
  end
  if action.kind == "respond" then return { status = action.status } end
  return nil
end

local function fill_groups(parts, groups)
  local filled = {}
  for i, part in ipairs(parts) do filled[i] = type(part) == "number" and (groups[part] or "") or part end
  return table.concat(filled)
end

-- The target and the prefix after the rewrite of the route; nil when its pattern is not found.
local function rewritten(policy, src, target)
  local groups = platform.match(src.path, policy)
  if groups == nil then return nil, nil end
  local prefix = policy.forwardedPrefix and text.escape_controls(fill_groups(policy.forwardedPrefix, groups))
  local _, query = request.split(target)
  return text.escape_target(fill_groups(policy.target, groups)) .. (query == "?" and "" or query), prefix
end

-- Proxies take a target as it is: it must begin with a slash and have no blanks.
local function sent_target(target)
  if string.sub(target, 1, 1) ~= "/" then target = "/" .. target end
  return text.escape_controls(target)
end

local function forwarding(plan, src, run)
  local took = run.snippet
  local target, prefix = took and took.target, nil
  if plan.rewrite and not (took and took.stopped) then
    local changed
    changed, prefix = rewritten(plan.rewrite, src, target or request.target(src))
    target = changed or target
  end
  local edits = {}
  append(edits, run.request_edits)
  if took then append(edits, took.request) end
  return { target = target and sent_target(target), forwarded_prefix = prefix, edits = edits }
end

-- What becomes of the request after `begin`. With `status` it ends here, with a `location`, a `text` or neither. Without, it is forwarded:
-- `target` and `forwarded_prefix` where they are others than before, `edits` of its headers.
function M.finish(plan, src, run)
  return answer_of(plan, src, run) or forwarding(plan, src, run)
end

-- What the plan of a host ends a request with, before a route is looked for: `{ status, location, text, edits }`, the last for header
-- lines of the answer, if any; nil where the request goes on. Whether the client may ask at all has been looked at before.
function M.server(plan, src)
  local path = src.path
  local run = snippet.run(src, plan.steps)
  local answer = run.answer
  if answer then return { status = answer.status, location = answer.location, text = answer.text, edits = run.response } end
  if plan.appRoot and path == "/" then
    return { status = 302, location = locations.location_of(src, { kind = "root", text = plan.appRoot }) }
  end
  return nil
end

return M
