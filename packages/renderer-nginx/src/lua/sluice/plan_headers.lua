-- Header lines that a plan changes (`sluice.plan_edits`).

local plan_edits = require("sluice.plan_edits")
local request = require("sluice.plan_request")

local begins, clean, prefix = plan_edits.begins, plan_edits.clean, plan_edits.prefix

local M = {}

-- nginx adds them to answers after everybody else.
local LATE = { "date", "server" }

local function clear_all(beginning)
  for name in pairs(ngx.resp.get_headers(0)) do
    if begins(name, beginning) then ngx.header[name] = nil end
  end
  for _, name in ipairs(LATE) do
    if begins(name, beginning) then ngx.header[name] = nil end
  end
end

local function change(edit, add_header)
  local value = clean(edit.value)
  if edit.op == "add" then
    if value ~= "" then add_header(edit.name, value) end
  elseif edit.op == "set" then
    ngx.header[edit.name] = value ~= "" and value or nil
  else
    local beginning = prefix(edit.name)
    if beginning then clear_all(beginning) else ngx.header[edit.name] = nil end
  end
end

-- `add_header` of the configuration would come after the edits: its line is added here, and its variable emptied.
local function add_transport_security(add_header)
  local value = ngx.var.sluice_hsts
  if value == nil or value == "" then return end
  add_header("Strict-Transport-Security", value)
  ngx.var.sluice_hsts = ""
end

-- Changes the answer that is about to be sent.
function M.edit_response(edits)
  if #edits == 0 then return end
  local add_header = require("ngx.resp").add_header
  local status = ngx.status
  add_transport_security(add_header)
  for i = 1, #edits do
    local edit = edits[i]
    if plan_edits.holds(edit, status) then change(edit, add_header) end
  end
end

-- A text made of variables of nginx.
local function from_nginx(text)
  local filled = {}
  for i = 1, #text do
    local part = text[i]
    filled[i] = type(part) == "table" and (ngx.var[part[1]] or "") or part
  end
  return table.concat(filled)
end

local function base_of(src, slot)
  local lines = {}
  if slot.base then
    for i, line in ipairs(slot.base) do lines[i] = from_nginx(line) end
  else
    lines[1] = request.joined(src, slot.key)
  end
  return lines
end

local function clear_others(src, slots, beginning)
  for name in pairs(request.headers(src)) do
    if begins(name, beginning) and not slots[name] then ngx.req.clear_header(name) end
  end
end

-- Puts what becomes of the request headers into the variables that the location sends.
function M.edit_request(src, slots, edits)
  for _, slot in ipairs(slots) do
    local lines = plan_edits.lines(slot.key, base_of(src, slot), edits)
    for i, variable in ipairs(slot.variables) do ngx.var[variable] = lines[i] or "" end
  end
  for _, edit in ipairs(edits) do
    local beginning = prefix(edit.name)
    if beginning and edit.op == "remove" then clear_others(src, slots, beginning) end
  end
end

return M
