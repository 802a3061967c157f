-- What is looked at in a request, each thing read once. Same results as the core's RoutedRequest, canonicalHost and splitTarget.
-- What a request is, `sluice.request` of the data plane knows.

local raw = require("sluice.request")

local find, sub, lower = string.find, string.sub, string.lower

local M = {}

-- `name` is what the host is called where the request names none; `handle` is what the data plane reads the request by. The path is the
-- normalised one; steps may replace it. Who has texts of an upstream filled in sets `upstream`, `namespace` and `ingress_name` too.
function M.new(name, handle)
  return { name = name, handle = handle, path = raw.path(handle), groups = {} }
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

-- `port`: the one that upstreams are told.
for _, key in ipairs({ "secure", "method", "port", "headers", "address", "request_id" }) do
  once(key, function(src) return raw[key](src.handle) end)
end

-- Target in origin form as sent.
once("target", function(src)
  local target = raw.target(src.handle)
  return sub(target, 1, 1) == "/" and target or "/" .. target
end)

-- The Host header, or the authority of an absolute target, which wins; empty when there is none.
once("host", function(src) return raw.host(src.handle) end)

-- The way on which it came, as those say who are believed; data planes that believe somebody know it.
local function told(key, otherwise)
  once(key, function(src)
    local said = raw[key] and raw[key](src.handle)
    return said and said ~= "" and said or otherwise(src)
  end)
end

told("told_scheme", function(src) return M.secure(src) and "https" or "http" end)
told("told_host", function(src) return M.host(src) end)
told("told_port", function(src) return M.port(src) end)
told("told_addresses", function(src) return M.address(src) end)

local function name_end(header)
  local from = 1
  if sub(header, 1, 1) == "[" then
    from = (find(header, "]", 1, true) or 0) + 1
  end
  local colon = find(header, ":", from, true)
  return colon and colon - 1 or #header
end

-- The host that is told without its port, as sent.
function M.host_without_port(src)
  local header = M.told_host(src)
  return sub(header, 1, name_end(header))
end

-- Lower case, without port and one dot at the end; false where the header names no host.
once("canonical_host", function(src)
  local header = M.host(src)
  local name = sub(header, 1, name_end(header))
  if sub(name, -1) == "." then name = sub(name, 1, -2) end
  if name == "" or find(header, "[%c /]") or find(header, "..", 1, true) then return false end
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

-- All lines of a name, in lower case, as one; nil when there are none.
function M.joined(src, name)
  local value = M.headers(src)[name]
  if type(value) == "table" then return table.concat(value, name == "cookie" and "; " or ", ") end
  return value
end

-- The value of the first header line with this name, in lower case; of all lines for `cookie`; nil when there is none.
function M.header(src, name)
  if name == "cookie" then return M.joined(src, name) end
  local value = M.headers(src)[name]
  if type(value) == "table" then return value[1] end
  return value
end

return M
