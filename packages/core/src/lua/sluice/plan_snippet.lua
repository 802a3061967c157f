-- The steps of a snippet. Same results as the core's SnippetRun.

local platform = require("sluice.platform")
local request = require("sluice.plan_request")
local text = require("sluice.text")

local find, gsub, sub = string.find, string.gsub, string.sub

local M = {}

-- A path gets the scheme and host of the request, without a port.
local function absolute(src, location)
  if sub(location, 1, 1) ~= "/" then return location end
  local scheme = request.secure(src) and "https" or "http"
  return scheme .. "://" .. (request.canonical_host(src) or src.name) .. location
end

local function take_edit(run, kind, edit)
  local value = text.fill(run.src, edit.value)
  local op = edit.op
  if op == "add" and value == "" then return end
  if op == "set" and value == "" then op = "remove" end
  local edits = kind == "request-header" and run.request or run.response
  edits[#edits + 1] = { op = op, name = edit.name, value = value, statuses = edit.statuses }
end

local function holds(src, condition)
  local value = text.fill(src, condition.value)
  local result
  if condition.matches then
    local groups = platform.match(value, condition.matches)
    if groups and not condition.negated then src.groups = groups end
    result = groups ~= nil
  elseif condition.equals then
    result = value == condition.equals
  else
    result = value ~= "" and value ~= "0"
  end
  return result == not condition.negated
end

local function cut(filled)
  local mark = find(filled, "?", 1, true)
  if mark == nil then return filled, "" end
  return sub(filled, 1, mark - 1), sub(filled, mark)
end

local function rewrite(run, step)
  local src = run.src
  local groups = platform.match(src.path, step)
  if groups == nil then return end
  src.groups = groups
  local sent, query = request.split(request.target(src))
  if query == "?" then query = "" end
  local escaping = find(sent, "[%%+]") ~= nil
  local path, own = cut(text.fill(src, step.to, escaping, step.redirect ~= nil))
  local behind = own
  if step.keepQuery then behind = own == "" and query or own .. (gsub(query, "?", "&", 1)) end
  if step.redirect then
    run.answer = { status = step.redirect, location = absolute(src, path .. behind) }
    return
  end
  run.path = path
  run.target = text.escape_target(path) .. behind
  src.path = path
  run.stopped = step.last ~= nil
end

local run_steps

local TAKE = {
  ["if"] = function(run, step)
    if holds(run.src, step.condition) then run_steps(run, step.steps) end
  end,
  ["return"] = function(run, step)
    run.answer = { status = step.status, text = step.text and text.fill(run.src, step.text) }
  end,
  redirect = function(run, step)
    run.answer = { status = step.status, location = absolute(run.src, text.fill(run.src, step.to)) }
  end,
  rewrite = rewrite,
  ["break"] = function(run) run.stopped = true end,
}

-- Header lines hold wherever they are written, those that are taken away first; the other steps are taken until one answers.
run_steps = function(run, steps)
  for pass = 1, 2 do
    for _, step in ipairs(steps) do
      if step.edit and (step.edit.op == "remove") == (pass == 1) then take_edit(run, step.kind, step.edit) end
    end
  end
  for _, step in ipairs(steps) do
    if run.answer or run.stopped then return end
    local take = TAKE[step.kind]
    if take then take(run, step) end
  end
end

-- Runs steps for a request (`plan_request.new`), whose path and groups they change.
function M.run(src, steps)
  local run = { src = src, request = {}, response = {}, stopped = false }
  run_steps(run, steps)
  return run
end

return M
