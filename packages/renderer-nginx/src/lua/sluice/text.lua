-- Texts with variables, as `expandVariables` of the core fills them in.

local sub, find, lower, gsub, byte, format = string.sub, string.find, string.lower, string.gsub, string.byte, string.format

local LONGEST = 32768

local _M = {}

local function trim(text)
  local start = find(text, "%S")
  return start and text:match("^.*%S", start) or ""
end

-- The value of a cookie of the request, the first of its name, case and all; nil when there is none.
function _M.cookie(name)
  local header = ngx.var.http_cookie
  if not header then return nil end
  for pair in (header .. ";"):gmatch("([^;]*);") do
    local equals = find(pair, "=", 1, true)
    if equals and equals > 1 and trim(sub(pair, 1, equals - 1)) == name then
      return trim(sub(pair, equals + 1))
    end
  end
  return nil
end


-- The value of the first line of a header of the request, by its name in lower case; nil when there is none.
function _M.header(name)
  local value = ngx.req.get_headers(0)[name]
  if type(value) == "table" then value = value[1] end
  if value == true then return "" end
  return value
end

-- The query of the request as it was sent, without `?`.
function _M.query()
  local target = gsub(ngx.var.request_uri or "", "#.*$", "")
  local mark = find(target, "?", 1, true)
  return mark and sub(target, mark + 1) or ""
end

local function argument(name)
  name = lower(name)
  for pair in (_M.query() .. "&"):gmatch("([^&]*)&") do
    local equals = find(pair, "=", 1, true)
    if equals and equals > 1 and lower(sub(pair, 1, equals - 1)) == name then return sub(pair, equals + 1) end
  end
  return ""
end

-- As `ngx.escape_uri`, except that `!*'()` stay in every version.
function _M.escape(text)
  return (gsub(text, "[^%w%-._~!*'()]", function(char) return format("%%%02X", byte(char)) end))
end

local function upstream_name(source)
  local upstream = source.upstream
  return upstream and upstream.namespace .. "-" .. upstream.service .. "-" .. upstream.port
end

local function path(source)
  local original = source.path or ngx.var.sluice_path
  return original ~= nil and original ~= "" and original or ngx.var.uri
end

local function variable(name)
  return function() return ngx.var[name] end
end

-- nginx has it for its own directives alone.
local function forwarded_for()
  local before = _M.header("x-forwarded-for") or ""
  return before == "" and ngx.var.remote_addr or before .. ", " .. ngx.var.remote_addr
end

local readers = {
  args = _M.query,
  query_string = _M.query,
  is_args = function() return _M.query() == "" and "" or "?" end,
  uri = path,
  document_uri = path,
  best_http_host = variable("sluice_authority"),
  http_host = variable("sluice_authority"),
  escaped_request_uri = function() return _M.escape(ngx.var.request_uri or "") end,
  pass_access_scheme = variable("scheme"),
  the_real_ip = variable("remote_addr"),
  binary_remote_addr = variable("remote_addr"),
  server_port = variable("sluice_port"),
  request_id = variable("sluice_request_id"),
  req_id = variable("sluice_request_id"),
  namespace = variable("sluice_namespace"),
  ingress_name = variable("sluice_ingress_name"),
  service_name = function(source) return source.upstream and source.upstream.service end,
  service_port = function(source) return source.upstream and source.upstream.port end,
  proxy_upstream_name = upstream_name,
  proxy_host = upstream_name,
  proxy_add_x_forwarded_for = forwarded_for,
}

-- Variables that are called the same in nginx.
for name in ("host request_uri request_method scheme remote_addr server_name content_type content_length"):gmatch("%S+") do
  readers[name] = variable(name)
end

local function value(name, source)
  local read = readers[name]
  if read then return read(source) or "" end
  local kind, rest = name:match("^(%a+)_(.+)$")
  if kind == "http" then return _M.header(lower((gsub(rest, "_", "-")))) or "" end
  if kind == "cookie" then return _M.cookie(rest) or "" end
  if kind == "arg" then return argument(rest) end
  return ""
end

-- A text with its variables filled in: parts are strings, and lists with the name of a variable. `source` may have what is known
-- otherwise than from variables of nginx: `upstream`, the one that was chosen, and `path`. What gets too long is cut off.
function _M.expand(parts, source)
  source = source or {}
  local expanded = ""
  for _, part in ipairs(parts) do
    expanded = expanded .. (type(part) == "table" and value(part[1], source) or part)
    if #expanded > LONGEST then return sub(expanded, 1, LONGEST) end
  end
  return expanded
end

return _M
