-- Another service is asked about a request (annotation `auth-url`), as the template of ingress-nginx asks.

local memory = require("sluice.memory")
local question = require("sluice.question")
local request = require("sluice.plan_request")
local text = require("sluice.text")

local find, lower, match = string.find, string.lower, string.match

local M = {}

local TIMEOUT_MS = 60000

local REPLACED = question.left_out([[
  proxy proxy-connection x-auth-request-redirect x-forwarded-for x-forwarded-proto x-original-method x-original-url x-real-ip x-request-id
  x-sent-from
]])

local NO_ANSWER = { status = 0, headers = {} }

-- With these `add_header` of nginx takes effect.
local ADDED_WITH = {}
for _, status in ipairs({ 200, 201, 204, 206, 301, 302, 303, 304, 307, 308 }) do ADDED_WITH[status] = true end

local function host_of(url)
  return match(url, "^https?://([^/?#:]*)") or ""
end

local function own_lines(context, policy, src, url)
  local scheme = request.secure(src) and "https" or "http"
  local lines = {
    ["host"] = host_of(url),
    ["x-request-id"] = request.request_id(src),
    ["x-original-url"] = scheme .. "://" .. request.host(src) .. request.target(src),
    ["x-original-method"] = request.method(src),
    ["x-sent-from"] = "nginx-ingress-controller",
    ["x-real-ip"] = request.address(src),
    ["x-forwarded-for"] = request.told_addresses(src),
    ["x-auth-request-redirect"] = policy.requestRedirect or request.target(src),
  }
  if policy.method then lines["x-original-uri"], lines["x-scheme"] = request.target(src), request.told_scheme(src) end
  for _, edit in ipairs(context.client_edits or {}) do lines[lower(edit.name)] = edit.value or "" end
  for _, pair in ipairs(policy.setHeaders) do lines[lower(pair[1])] = text.fill(src, pair[2]) end
  return lines
end

local function send(context, policy, src)
  local url = text.fill(src, policy.url)
  if not find(url, "^[Hh][Tt][Tt][Pp][Ss]?://[^/?#]") then return NO_ANSWER end
  local lines = question.lines(src, REPLACED, own_lines(context, policy, src, url))
  if lines == nil then return NO_ANSWER end
  local client = core.httpclient()
  local method = lower(policy.method or "GET")
  local ask = ({ get = client.get, head = client.head, post = client.post, put = client.put, delete = client.delete })[method] or client.get
  local answer = ask(client, { url = text.escape_controls(url), headers = lines, timeout = TIMEOUT_MS })
  if answer == nil or answer.status == nil then return NO_ANSWER end
  local headers = {}
  for name, values in pairs(answer.headers or {}) do
    local list = {}
    for index = 0, #values do list[#list + 1] = values[index] end
    headers[lower(name)] = list
  end
  return { status = answer.status, headers = headers }
end

-- Not what sets a cookie, nor what the service forbids to keep.
local function may_keep(answer)
  if answer.headers["set-cookie"] then return false end
  for _, value in ipairs(answer.headers["cache-control"] or {}) do
    local said = lower(value)
    if find(said, "no-cache", 1, true) or find(said, "no-store", 1, true) or find(said, "private", 1, true) then return false end
  end
  return true
end

local function keep(kept, key, answer)
  if answer.status == 0 or not may_keep(answer) then return end
  for _, duration in ipairs(kept.durations) do
    local holds = duration.statuses == nil
    for _, status in ipairs(duration.statuses or {}) do holds = holds or status == answer.status end
    if holds then return memory.put(key, answer, duration.ms) end
  end
end

local function answer_to(context, policy, src)
  local kept = policy.cache
  if kept == nil then return send(context, policy, src) end
  local key = table.concat({ kept.place, request.method(src), text.fill(src, kept.key) }, "\0")
  local found = memory.get(key)
  if found then return found end
  local answer = send(context, policy, src)
  keep(kept, key, answer)
  return answer
end

-- 401, or the redirect that is to come in its place.
function M.unauthorized(plan, src, edits)
  local signin = plan.external and plan.external.signin
  if signin == nil then return { status = 401, edits = edits } end
  return { status = 302, location = text.fill(src, signin), edits = edits, signin = true }
end

local function header_case(name)
  return (string.gsub("-" .. name, "%-%l", string.upper):sub(2))
end

-- What goes on to the upstream in place of the client's own lines.
local function take_headers(context, policy, headers)
  context.auth_edits = {}
  for _, name in ipairs(policy.responseHeaders) do
    local value = table.concat(headers[name] or {}, ", ")
    context.auth_edits[#context.auth_edits + 1] = { op = value == "" and "remove" or "set", name = header_case(name), value = value }
  end
end

local function cookies_of(policy, headers)
  local edits = {}
  for _, value in ipairs(headers["set-cookie"] or {}) do
    edits[#edits + 1] = { op = "add", name = "Set-Cookie", value = value, statuses = not policy.alwaysSetCookie and ADDED_WITH or nil }
  end
  return edits
end

-- Asks; `challenge` is that of a password that was wrong. What ends the request: `{ status, location, edits }`; nil lets it pass.
function M.ask(context, plan, src, challenge)
  local policy = plan.external
  local answer = answer_to(context, policy, src)
  local status, headers = answer.status, answer.headers
  local edits = cookies_of(policy, headers)
  if status >= 200 and status < 300 then
    take_headers(context, policy, headers)
    for _, edit in ipairs(edits) do context.edits[#context.edits + 1] = edit end
    return nil
  end
  if status ~= 401 and status ~= 403 then return { status = 500, edits = edits } end
  if status == 403 and challenge == nil then return { status = 403, edits = edits } end
  if challenge then table.insert(edits, 1, challenge) end
  for _, value in ipairs(status == 401 and headers["www-authenticate"] or {}) do
    edits[#edits + 1] = { op = "add", name = "WWW-Authenticate", value = value }
  end
  return M.unauthorized(plan, src, edits)
end

return M
