-- Where redirects lead. Same results as the core's locationOf.

local request = require("sluice.plan_request")

local sub = string.sub

local M = {}

local function scheme_of(src)
  return request.secure(src) and "https" or "http"
end

-- The usual port of a scheme is left out.
local function origin_of(src, with_port)
  local port = request.port(src)
  local suffix = with_port and port ~= (request.secure(src) and "443" or "80") and ":" .. port or ""
  return scheme_of(src) .. "://" .. (request.canonical_host(src) or "") .. suffix
end

local function without_slash(target)
  return sub(target, -1) == "/" and sub(target, 1, -2) or target
end

local LOCATIONS = {
  path = function(src, location)
    local _, query = request.split(request.target(src))
    return (location.relative and "" or origin_of(src, location.withPort)) .. location.text .. query
  end,
  url = function(src, location)
    if location.relative or sub(location.text, 1, 1) ~= "/" then return location.text end
    return origin_of(src, location.withPort) .. location.text
  end,
  https = function(src, location)
    local host = request.host_without_port(src)
    local port = location.port and ":" .. location.port or ""
    local target = request.target(src)
    return "https://" .. (host == "" and "_" or host) .. port .. (location.keepSlash and target or without_slash(target))
  end,
  root = function(src, location) return scheme_of(src) .. "://" .. request.host(src) .. location.text end,
  host = function(src, location)
    return request.told_scheme(src) .. "://" .. location.text .. ":" .. request.told_port(src) .. without_slash(request.target(src))
  end,
}

-- The location of a plan for a request, as it is written: who sends it escapes what could end a line.
function M.location_of(src, location)
  return LOCATIONS[location.kind](src, location)
end

return M
