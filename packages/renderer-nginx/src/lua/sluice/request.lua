-- A request as nginx has it, for `sluice.plan_request`, which reads each thing once.

local var = ngx.var

local M = {}

-- The normalised path.
function M.path() return var.uri end

function M.secure() return var.scheme == "https" end

function M.method() return ngx.req.get_method() end

-- Port that upstreams are told.
function M.port() return var.scheme == "https" and "443" or var.server_port end

-- Target as sent.
function M.target() return var.request_uri or "" end

-- The authority of an absolute target, else the Host header; empty when there is neither.
function M.host()
  local authority = string.match(var.request or "", "^%S+ %a[%w+.-]*://([^/?# ]*)")
  return authority or var.http_host or ""
end

-- Values, or lists of them, by names in lower case.
function M.headers() return ngx.req.get_headers(0) end

-- As those say who are believed (`translate/http-variables.ts`).
function M.told_scheme() return var.sluice_told_scheme end

function M.told_host() return var.sluice_told_host end

function M.told_port() return var.sluice_port end

function M.told_addresses() return var.sluice_told_addresses end

function M.address() return var.remote_addr end

function M.request_id() return var.sluice_request_id end

return M
