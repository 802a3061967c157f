-- Answers of a plan: redirects, texts, pages.

local text = require("sluice.text")

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

return M
