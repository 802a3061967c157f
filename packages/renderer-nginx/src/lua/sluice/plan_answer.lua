-- Answers of a plan: redirects, texts, pages.

local request = require("sluice.plan_request")
local text = require("sluice.plan_text")

local sub = string.sub

local M = {}

-- The statuses that nginx has a page for.
local PAGES = {}
for _, status in ipairs({
  301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 416, 421, 429,
  500, 501, 502, 503, 504, 505, 507,
}) do
  PAGES[status] = true
end

local NO_CONTENT, NO_ANSWER = 204, 444

-- Sends a text and nothing else; statuses of error pages never get here.
local function send(status, body)
  ngx.req.discard_body()
  ngx.status = status
  ngx.header["Content-Type"] = "text/html"
  ngx.header["Content-Length"] = #body
  if body == "" then ngx.send_headers() else ngx.print(body) end
  return ngx.exit(ngx.HTTP_OK)
end

-- Ends the request with a status and the text, or else the page, that goes with it. `pages`: statuses that another location answers.
function M.respond(status, body, pages)
  local special = status == NO_CONTENT or status == NO_ANSWER or (pages and pages[status])
  if special or (body == nil and PAGES[status]) then return ngx.exit(status) end
  return send(status, body or "")
end

-- Ends the request with a redirect to exactly this, with what could end the line escaped.
function M.redirect(status, location)
  ngx.header["Location"] = text.escape_controls(location)
  if PAGES[status] then return ngx.exit(status) end
  return send(status, "")
end

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
    return scheme_of(src) .. "://" .. location.text .. ":" .. request.port(src) .. without_slash(request.target(src))
  end,
}

-- Same results as the core's locationOf.
function M.location_of(src, location)
  return LOCATIONS[location.kind](src, location)
end

return M
