-- Pages of default backends in place of errors (`errorPageFor`, `errorEdits` of the core).

local contexts = require("sluice.context")
local inner = require("sluice.inner")
local page = require("sluice.page")
local question = require("sluice.question")
local request = require("sluice.plan_request")
local tables = require("sluice.tables")

local M = {}

local TIMEOUT_MS = 60000
-- HAProxy answers with what fits into a buffer with the head (`tune.bufsize`), and with 500 otherwise.
local LONGEST_PAGE = 24576

-- The client did not send what it announced: nobody else is asked.
local SPARED = { [400] = true, [408] = true }

-- They are about the request and its connection: the default backend is told about the error alone.
local OMITTED = question.left_out([[
  proxy x-forwarded-host x-forwarded-port x-forwarded-proto x-forwarded-scheme x-original-forwarded-for x-original-forwarded-host x-real-ip
  x-scheme
]])

-- What is told of the error by these; where nothing is to be told, the client's own do not count either.
local function told(context, plan, src, status, backend)
  local pages, upstream = plan.errorPages, plan.upstream or {}
  return {
    host = contexts.sent_host(context, src.name),
    ["x-sluice-backend"] = backend,
    ["x-code"] = tostring(status),
    ["x-format"] = request.header(src, "accept") or "",
    ["x-original-uri"] = request.target(src),
    ["x-namespace"] = pages.namespace,
    ["x-ingress-name"] = pages.ingress,
    ["x-service-name"] = upstream.service or "",
    ["x-service-port"] = upstream.port or "",
    ["x-request-id"] = request.request_id(src),
    ["x-forwarded-for"] = request.address(src),
  }
end

-- They belong to the message that HAProxy has read.
local READ = { server = true, ["x-sluice-own"] = true, ["x-sluice-endpoint"] = true, connection = true, ["content-length"] = true, ["transfer-encoding"] = true, ["keep-alive"] = true }

local function pass_on(txn, answer, bodiless)
  local reply = txn:reply({ status = answer.status, reason = answer.reason or "" })
  for name, values in pairs(answer.headers or {}) do
    if not READ[name] then
      for index = 0, #values do
        if values[index] then reply:add_header(name, values[index]) end
      end
    end
  end
  if not bodiless then reply:set_body(answer.body or "") end
  txn:set_var("txn.sluice_answered", 1)
  txn:done(reply)
end

-- Whether a default backend has the page for a status.
function M.covers(plan, status)
  local pages = plan.errorPages
  return pages ~= nil and pages.codes[status] ~= nil and not SPARED[status]
end

-- Ends the request with the page of the default backend for a status, or with the built-in 404 where it has no endpoint; with the built-in
-- page for the status where the default backend does not answer with one that fits into a buffer.
function M.send(context, plan, src, status)
  context.paged = true
  local upstream = plan.errorPages.upstream and tables.upstream(plan.errorPages.upstream)
  if upstream == nil or upstream.count == 0 then return page.send(context, { status = 404 }) end
  local bodiless = context.method == "HEAD"
  local lines = question.lines(src, OMITTED, told(context, plan, src, status, tables.backend(upstream.backend)))
  local answer = lines and inner.ask(lines, TIMEOUT_MS, "http://page.sluice/", bodiless)
  if answer == nil then return page.send(context, { status = 502 }) end
  if #(answer.body or "") > LONGEST_PAGE then return page.send(context, { status = status }) end
  return pass_on(context.txn, answer, bodiless)
end

return M
