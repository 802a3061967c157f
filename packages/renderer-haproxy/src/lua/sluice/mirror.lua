-- Copies of requests for another place, whose answers are thrown away (`mirrorOf` of the core).

local context = require("sluice.context")
local question = require("sluice.question")
local request = require("sluice.plan_request")
local text = require("sluice.text")

local match, sub = string.match, string.sub

local M = {}

local TIMEOUT_MS = 10000
local LONGEST_BODY = 16384
local MOST_COPIES = 256

local LEFT_OUT = question.left_out("proxy-connection")

local under_way = 0

-- A copy by another method than the request is none.
local METHODS = { GET = "get", HEAD = "head", POST = "post", PUT = "put", DELETE = "delete" }

local function send(method, copy)
  local client = core.httpclient()
  pcall(client[method], client, copy)
  under_way = under_way - 1
end

-- Scheme, authority and path of a URL, the path empty or with a slash in front; nil for what is none.
local function parts_of(url)
  local scheme, host, rest = match(url, "^(https?)://([%w._-]+)(.*)$")
  if scheme == nil then scheme, host, rest = match(url, "^(https?)://(%[[%x:.]+%])(.*)$") end
  if scheme == nil then return nil end
  local port = match(rest, "^:%d%d?%d?%d?%d?") or ""
  local path = sub(rest, #port + 1)
  if path ~= "" and sub(path, 1, 1) ~= "/" then return nil end
  return scheme, host .. port, path
end

-- The body as it is copied; nil where it is too long for that, or was not there in time.
local function body_of(txn, src, policy)
  if policy.body == nil then return "" end
  local body = txn.sf:req_body()
  local declared = tonumber(request.header(src, "content-length") or "")
  if #body > LONGEST_BODY or (declared and declared > #body) then return nil end
  return body
end

-- Sends the copy of a request on the side. Nobody waits for it. Texts see the request as it came.
function M.run(txn)
  local known = context.of(txn)
  local policy, src = known.plan.mirror, known.original
  local method = METHODS[request.method(src)]
  local scheme, authority, path = parts_of(text.fill(src, policy.target))
  local body = scheme and body_of(txn, src, policy)
  if method == nil or body == nil or under_way >= MOST_COPIES then return end
  local host = policy.host and text.fill(src, policy.host) or authority
  local lines = question.lines(src, LEFT_OUT, { host = text.escape_controls(host) })
  if lines == nil then return end
  under_way = under_way + 1
  local copy = {
    url = text.escape_controls(scheme .. "://" .. authority .. (path ~= "" and path or request.target(src))),
    headers = lines,
    body = body ~= "" and body or nil,
    timeout = TIMEOUT_MS,
  }
  core.register_task(function() send(method, copy) end)
end

return M
