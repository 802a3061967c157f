-- What is known of a request while it is served. One for each, kept with the transaction.

local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub

local M = {}

local function is_true(value)
  return value == 1 or value == true
end

-- The client's own, if it has sent one; another one unless settings say that there is none.
local function request_id(txn)
  local own = txn.sf:req_fhdr("x-request-id", 1)
  if own ~= "" or txn:get_var("txn.sluice_unnamed") then return own end
  return (gsub(txn.sf:uuid(4), "-", ""))
end

-- Target in origin form, and the authority of an absolute one, which goes before the Host header (RFC 9112 section 3.2.2); nil for what is
-- answered 400.
local function target_of(url)
  if find(url, "%c") then return nil end
  if sub(url, 1, 1) == "/" then return url end
  local authority, target = match(url, "^[Hh][Tt][Tt][Pp][Ss]?://([^/?#@ ]+)(.*)$")
  if authority == nil or not find(target, "^/") and target ~= "" then return nil end
  return target == "" and "/" or target, authority
end

function M.new(txn)
  local secure = is_true(txn.f:ssl_fc())
  local host, version = txn.sf:req_fhdr("host"), txn.sf:req_ver()
  local target, authority = target_of(txn.sf:url())
  local context = {
    txn = txn,
    secure = secure,
    method = txn.sf:method(),
    target = target,
    absolute = authority ~= nil,
    host = authority or host,
    host_header = host,
    version = version,
    -- What stands for the name of a request without one: only HTTP/1.0 has such requests.
    nameless = version == "1.0" and "",
    address = txn.sf:src(),
    request_id = request_id(txn),
    -- Nothing where nobody is believed (`sluice.forwarded`).
    told_scheme = txn:get_var("txn.sluice_told_scheme"),
    told_host = txn:get_var("txn.sluice_told_host"),
    told_port = txn:get_var("txn.sluice_told_port"),
    told_addresses = txn:get_var("txn.sluice_told_addresses"),
    edits = {},
  }
  txn:set_var("txn.sluice_request_id", context.request_id)
  txn:set_var("txn.sluice_scheme", secure and "https" or "http")
  txn:set_var("txn.sluice_host", host)
  txn:set_priv(context)
  return context
end

-- The host that upstreams are told; `name` stands for one that nobody has named.
function M.sent_host(context, name)
  local told = context.told_host
  if told and told ~= "" then return told end
  if context.host_header ~= "" then return context.host_header end
  return context.host ~= "" and context.host or name
end

function M.of(txn)
  return txn:get_priv()
end

return M
