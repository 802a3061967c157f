-- Header lines that a plan changes. An edit has op, name, value and, for some answers only, a set of statuses.

local request = require("sluice.plan_request")
local text = require("sluice.plan_text")

local gsub, lower, sub = string.gsub, string.lower, string.sub

local M = {}

-- They belong to the connection or the message: a change of all names with some beginning leaves them alone.
local FRAMING = {
  connection = true,
  ["content-length"] = true,
  ["keep-alive"] = true,
  ["proxy-connection"] = true,
  te = true,
  trailer = true,
  ["transfer-encoding"] = true,
  upgrade = true,
}

-- nginx adds them to answers after everybody else.
local LATE = { "date", "server" }

-- The beginning that a name stands for, in lower case; nil where it stands for itself.
local function beginning_of(name)
  return sub(name, -1) == "*" and lower(sub(name, 1, -2)) or nil
end

-- Bytes that could end a line are left out.
local function clean(value)
  return (gsub(value, "[^\t\32-\126\128-\255]", ""))
end

local function begins(name, beginning)
  return sub(name, 1, #beginning) == beginning and not FRAMING[name]
end

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
    local beginning = beginning_of(edit.name)
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
    if edit.statuses == nil or edit.statuses[status] then change(edit, add_header) end
  end
end

local function base_of(src, slot)
  local lines = {}
  if slot.base then
    for i, line in ipairs(slot.base) do lines[i] = text.from_nginx(line) end
  else
    lines[1] = request.joined(src, slot.key)
  end
  return lines
end

local function lines_of(src, slot, edits)
  local lines = base_of(src, slot)
  for _, edit in ipairs(edits) do
    local beginning = beginning_of(edit.name)
    if lower(edit.name) == slot.key or (beginning and begins(slot.key, beginning)) then
      if edit.op ~= "add" then lines = {} end
      if edit.op ~= "remove" then lines[#lines + 1] = clean(edit.value) end
    end
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
    local lines = lines_of(src, slot, edits)
    for i, variable in ipairs(slot.variables) do ngx.var[variable] = lines[i] or "" end
  end
  for _, edit in ipairs(edits) do
    local beginning = beginning_of(edit.name)
    if beginning and edit.op == "remove" then clear_others(src, slots, beginning) end
  end
end

return M
