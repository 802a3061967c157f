-- What a plan looks at in a request, each thing read once. Same results as the core's RoutedRequest, canonicalHost and splitTarget.

local find, sub, lower = string.find, string.sub, string.lower

local M = {}

-- `name` is what the host is called where the request names none. The path is the normalised one; steps may replace it.
function M.new(name)
  return { name = name, path = ngx.var.uri, groups = {} }
end

local function once(key, read)
  M[key] = function(src)
    local value = src[key]
    if value == nil then
      value = read(src)
      src[key] = value
    end
    return value
  end
end

once("secure", function() return ngx.var.scheme == "https" end)

once("method", function() return ngx.req.get_method() end)

-- Port that upstreams are told.
once("port", function(src) return M.secure(src) and "443" or ngx.var.server_port end)

-- Target in origin form as sent.
once("target", function()
  local target = ngx.var.request_uri or ""
  return sub(target, 1, 1) == "/" and target or "/" .. target
end)

-- The Host header, or the authority of an absolute target, which wins; empty when there is none.
once("host", function()
  local authority = string.match(ngx.var.request or "", "^%S+ %a[%w+.-]*://([^/?# ]*)")
  return authority or ngx.var.http_host or ""
end)

local function name_end(header)
  local from = 1
  if sub(header, 1, 1) == "[" then
    from = (find(header, "]", 1, true) or 0) + 1
  end
  local colon = find(header, ":", from, true)
  return colon and colon - 1 or #header
end

-- The Host header without its port, as sent.
function M.host_without_port(src)
  local header = M.host(src)
  return sub(header, 1, name_end(header))
end

-- Lower case, without port and one dot at the end; false where the header names no host.
once("canonical_host", function(src)
  local header = M.host(src)
  local name = sub(header, 1, name_end(header))
  if sub(name, -1) == "." then name = sub(name, 1, -2) end
  if name == "" or find(header, "[%z\1-\32\127/]") or find(header, "..", 1, true) then return false end
  return lower(name)
end)

-- Path and query (with its question mark) of a target; a fragment is part of neither.
function M.split(target)
  local hash = find(target, "#", 1, true)
  if hash then target = sub(target, 1, hash - 1) end
  local mark = find(target, "?", 1, true)
  if mark == nil then return target, "" end
  return sub(target, 1, mark - 1), sub(target, mark)
end

-- Without the question mark.
once("query", function(src)
  local _, query = M.split(M.target(src))
  return sub(query, 2)
end)

once("headers", function() return ngx.req.get_headers(0) end)

-- The value of the first header line with this name, in lower case.
function M.header(src, name)
  local value = M.headers(src)[name]
  if type(value) == "table" then return value[1] end
  return value
end

-- All lines of a name as one; nil when there are none.
function M.joined(src, name)
  local value = M.headers(src)[name]
  if type(value) == "table" then return table.concat(value, name == "cookie" and "; " or ", ") end
  return value
end

return M
