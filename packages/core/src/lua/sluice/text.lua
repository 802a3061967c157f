-- Texts with variables, and what is escaped in them. Same results as the core's expandVariables, escapeTarget and the like.

local request = require("sluice.plan_request")

local byte, find, gsub, lower, sub = string.byte, string.find, string.gsub, string.lower, string.sub

local M = {}

-- Texts that name a variable a thousand times must not fill the memory.
local LONGEST = 32768

local function hex(char)
  return string.format("%%%02X", byte(char))
end

-- As nginx escapes a changed path.
function M.escape_target(text)
  return (gsub(text, '[%c \128-\255%%#?"<>\\^`{|}]', hex))
end

-- As NGX_ESCAPE_ARGS.
function M.escape_argument(text)
  return (gsub(text, "[%c \128-\255#%%&+?]", hex))
end

-- Controls and blanks, which could end a line.
function M.escape_controls(text)
  return (gsub(text, "[%c ]", hex))
end

local function escape_uri(text)
  return (gsub(text, "[^A-Za-z0-9%-._~!*'()]", hex))
end

local NO_BLANK = "[^\t-\r \160]"

-- In one go from either end: a search for blanks at the end begins anew at each of them, and clients send thousands.
local function trim(text)
  local start = find(text, NO_BLANK)
  return start and string.match(text, "^.*" .. NO_BLANK, start) or ""
end

-- The value of a cookie of the request, the first of its name, case and all; nil when there is none.
function M.cookie(src, name)
  for pair in string.gmatch(request.header(src, "cookie") or "", "[^;]+") do
    local equals = find(pair, "=", 1, true)
    if equals and equals > 1 and trim(sub(pair, 1, equals - 1)) == name then return trim(sub(pair, equals + 1)) end
  end
  return nil
end

local function argument(src, name)
  name = lower(name)
  for pair in string.gmatch(request.query(src), "[^&]+") do
    local equals = find(pair, "=", 1, true)
    if equals and equals > 1 and lower(sub(pair, 1, equals - 1)) == name then return sub(pair, equals + 1) end
  end
  return ""
end

local function scheme(src)
  return request.secure(src) and "https" or "http"
end

local function path(src)
  return src.path
end

local function upstream_name(src)
  local upstream = src.upstream
  return upstream and upstream.namespace .. "-" .. upstream.service .. "-" .. upstream.port
end

-- What is the same for every request of a route is filled in where the text is made (`TextPlace`); only texts of an upstream, which
-- several routes may have, ask for it here.
local READERS = {
  args = request.query,
  query_string = request.query,
  is_args = function(src) return request.query(src) == "" and "" or "?" end,
  host = function(src) return request.canonical_host(src) or src.name end,
  http_host = request.host,
  best_http_host = request.told_host,
  uri = path,
  document_uri = path,
  request_uri = request.target,
  escaped_request_uri = function(src) return escape_uri(request.target(src)) end,
  request_method = request.method,
  scheme = scheme,
  pass_access_scheme = request.told_scheme,
  remote_addr = request.address,
  the_real_ip = request.address,
  binary_remote_addr = request.address,
  server_port = request.port,
  server_name = function(src) return src.name end,
  request_id = request.request_id,
  req_id = request.request_id,
  namespace = function(src) return src.namespace end,
  ingress_name = function(src) return src.ingress_name end,
  service_name = function(src) return src.upstream and src.upstream.service end,
  service_port = function(src) return src.upstream and src.upstream.port end,
  proxy_upstream_name = upstream_name,
  proxy_host = upstream_name,
  content_type = function(src) return request.header(src, "content-type") end,
  content_length = function(src) return request.header(src, "content-length") end,
  proxy_add_x_forwarded_for = function(src)
    local before = request.header(src, "x-forwarded-for") or ""
    return before == "" and request.address(src) or before .. ", " .. request.address(src)
  end,
}

local function value_of(src, name)
  local read = READERS[name]
  if read then return read(src) or "" end
  if sub(name, 1, 5) == "http_" then return request.header(src, lower((gsub(sub(name, 6), "_", "-")))) or "" end
  if sub(name, 1, 7) == "cookie_" then return M.cookie(src, sub(name, 8)) or "" end
  if sub(name, 1, 4) == "arg_" then return argument(src, sub(name, 5)) end
  return ""
end

-- A text of a request (`plan_request.new`) with its variables filled in: parts are strings, and lists with the name of a variable. What
-- gets too long is cut off. `escaping`: the path of the request has escapes, so that groups are escaped behind a question mark, or
-- `everywhere`.
function M.fill(src, text, escaping, everywhere)
  local escapes = escaping and everywhere
  local filled, length = {}, 0
  for i = 1, #text do
    local part = text[i]
    if type(part) ~= "table" then
      escapes = escapes or (escaping and find(part, "?", 1, true) ~= nil)
    elseif find(part[1], "^[1-9]$") then
      part = src.groups[tonumber(part[1])] or ""
      if escapes then part = M.escape_argument(part) end
    else
      part = value_of(src, part[1])
    end
    filled[i] = part
    length = length + #part
    if length > LONGEST then return sub(table.concat(filled), 1, LONGEST) end
  end
  return table.concat(filled)
end

return M
