-- What is known of a request while it is served. One for each, kept with the transaction.

local gsub = string.gsub

local M = {}

local function is_true(value)
  return value == 1 or value == true
end

-- The client's own, if it has sent one.
local function request_id(txn)
  local own = txn.sf:req_fhdr("x-request-id", 1)
  if own ~= "" then return own end
  return (gsub(txn.sf:uuid(4), "-", ""))
end

-- The authority of an absolute target goes before the Host header (RFC 9112 section 3.2.2).
local function authority(txn, host)
  local url = txn.sf:url()
  if string.sub(url, 1, 1) == "/" then return host end
  return string.match(url, "^%a[%w+.-]*://([^/?# ]*)") or host
end

function M.new(txn)
  local secure = is_true(txn.f:ssl_fc())
  local host, version = txn.sf:req_fhdr("host"), txn.sf:req_ver()
  local context = {
    txn = txn,
    secure = secure,
    method = txn.sf:method(),
    target = txn.sf:pathq(),
    host = authority(txn, host),
    host_header = host,
    version = version,
    -- What stands for the name of a request without one: only HTTP/1.0 has such requests.
    nameless = version == "1.0" and "",
    address = txn.sf:src(),
    request_id = request_id(txn),
    edits = {},
  }
  txn:set_var("txn.sluice_request_id", context.request_id)
  txn:set_var("txn.sluice_scheme", secure and "https" or "http")
  txn:set_var("txn.sluice_host", host)
  txn:set_priv(context)
  return context
end

function M.of(txn)
  return txn:get_priv()
end

return M
