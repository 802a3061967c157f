-- Copies of requests for another place, whose answers are thrown away (`mirrorOf` of the core).

local context = require("sluice.context")
local request = require("sluice.plan_request")
local text = require("sluice.text")

local find, lower, match = string.find, string.lower, string.match

local M = {}

local TIMEOUT_MS = 10000
local LONGEST_BODY = 16384
local MOST_COPIES = 256

local LEFT_OUT = {
  connection = true, ["content-length"] = true, ["transfer-encoding"] = true, expect = true, upgrade = true, host = true,
  ["keep-alive"] = true, te = true, trailer = true, ["proxy-connection"] = true,
}

local under_way = 0

local function lines_of(src, host)
  local lines = { host = { host } }
  for name, value in pairs(request.headers(src)) do
    if not LEFT_OUT[name] then lines[name] = type(value) == "table" and value or { value } end
  end
  return lines
end

local function send(method, question)
  local client = core.httpclient()
  local ask = ({ head = client.head, post = client.post, put = client.put, delete = client.delete })[lower(method)] or client.get
  pcall(ask, client, question)
  under_way = under_way - 1
end

-- Sends the copy of a request on the side. Nobody waits for it.
function M.run(txn)
  local known = context.of(txn)
  local plan, src = known.plan, known.src
  local policy = plan.mirror
  local url = text.fill(src, policy.target)
  local scheme, authority, path = match(url, "^(https?)://([%w._%-%[%]:]+)(.*)$")
  if scheme == nil or under_way >= MOST_COPIES then return end
  if path ~= "" and not find(path, "^/") then return end
  local host = policy.host and text.fill(src, policy.host) or authority
  local body = policy.body and txn.sf:req_body() or ""
  local declared = tonumber(request.header(src, "content-length") or "")
  if policy.body and (#body > LONGEST_BODY or (declared and declared > #body)) then return end
  local target = path ~= "" and path or request.target(src)
  under_way = under_way + 1
  local method = request.method(src)
  local question = {
    url = text.escape_controls(scheme .. "://" .. authority .. target),
    headers = lines_of(src, text.escape_controls(host)),
    body = body ~= "" and body or nil,
    timeout = TIMEOUT_MS,
  }
  core.register_task(function() send(method, question) end)
end

return M
