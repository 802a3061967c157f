-- What is changed in the header lines of a request that is passed on, and of its answer.

local context = require("sluice.context")
local edits = require("sluice.plan_edits")
local error_page = require("sluice.error_page")
local forward = require("sluice.forward")
local request = require("sluice.plan_request")
local upstream = require("sluice.upstream")
local values = require("sluice.values")

local lower = string.lower

local M = {}

-- Replaces lines whose value `change` makes something else of.
local function change_lines(http, headers, name, change)
  local lines = headers[name]
  if lines == nil then return end
  local changed, touched = {}, false
  for index = 0, #lines do
    changed[#changed + 1] = change(lines[index])
    touched = touched or changed[#changed] ~= lines[index]
  end
  if not touched then return end
  http:res_del_header(name)
  for _, line in ipairs(changed) do http:res_add_header(name, line) end
end

local function change_values(txn, plan, src)
  local http, headers = txn.http, txn.http:res_get_headers()
  local changes = plan.values
  if changes.location then
    local origin = (request.secure(src) and "https" or "http") .. "://" .. (request.canonical_host(src) or "")
    change_lines(http, headers, "location", function(value) return values.location(changes.location, value, origin) end)
    change_lines(http, headers, "refresh", function(value) return values.refresh(changes.location, value) end)
  end
  if changes.domain or changes.path then
    change_lines(http, headers, "set-cookie", function(value) return values.cookie(changes, value) end)
  end
end

-- What HAProxy calls to change the lines of a message.
local function calls_for(kind)
  local function call(name) return function(http, ...) return http[kind .. "_" .. name](http, ...) end end
  return { get = call("get_headers"), add = call("add_header"), set = call("set_header"), remove = call("del_header") }
end

local REQUEST, RESPONSE = calls_for("req"), calls_for("res")

local function remove_all(http, calls, beginning)
  for name in pairs(calls.get(http)) do
    if edits.begins(lower(name), beginning) then calls.remove(http, name) end
  end
end

local function apply(http, calls, edit)
  local value, beginning = edits.clean(edit.value or ""), edits.prefix(edit.name)
  if beginning then
    if edit.op == "remove" then remove_all(http, calls, beginning) end
  elseif edit.op == "add" then
    if value ~= "" then calls.add(http, edit.name, value) end
  elseif edit.op == "set" and value ~= "" then
    calls.set(http, edit.name, value)
  else
    calls.remove(http, edit.name)
  end
end

function M.run(txn)
  local known = context.of(txn)
  if known == nil or known.plan == nil then return end
  local plan, status = known.plan, tonumber(txn.sf:status()) or 0
  local pages = plan.errorPages
  if pages and not known.paged and error_page.covers(plan, status) then
    local own = known.looped and txn.sf:res_fhdr("x-sluice-own") ~= ""
    if pages.replaces or own then return error_page.send(known, plan, known.original, status) end
  end
  if known.looped then txn.http:res_del_header("x-sluice-own") end
  if known.wish then upstream.follow(known, known.original) end
  if plan.values then change_values(txn, plan, known.original) end
  for _, edit in ipairs(known.edits) do
    if edits.holds(edit, status) then apply(txn.http, RESPONSE, edit) end
  end
end

-- Several lines of what other proxies have said are one for the upstream.
function M.join_forwarded(txn)
  for _, name in ipairs({ "x-forwarded-for", "x-forwarded-host" }) do
    local lines = txn.http:req_get_headers()[name]
    if lines and lines[1] then
      local joined = lines[0]
      for index = 1, #lines do joined = joined .. ", " .. lines[index] end
      txn.http:req_set_header(name, joined)
    end
  end
end

-- Header lines of the request that is about to be passed on. It is not passed on before they are as they must be.
function M.edit_request(txn)
  local known = context.of(txn)
  for _, edit in ipairs(known.request_edits) do apply(txn.http, REQUEST, edit) end
  forward.release(known)
end

return M
