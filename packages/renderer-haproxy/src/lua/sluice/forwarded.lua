-- The way on which a request came, as those say who are believed (`asTold` of the core).

local addresses = require("sluice.addresses")
local tables = require("sluice.tables")

local find, gmatch, lower, match = string.find, string.gmatch, string.lower, string.match

local M = {}

-- All lines of a name as one; empty for none.
local function joined(txn, name)
  local lines = txn.http:req_get_headers()[name]
  if lines == nil then return "" end
  local values = {}
  for index = 0, #lines do
    if lines[index] ~= "" then values[#values + 1] = lines[index] end
  end
  return table.concat(values, ", ")
end

-- An address without its port; nil for what is none.
local function address_of(written)
  local bare = match(written, "^%[([^%]]*)%]$") or match(written, "^%[([^%]]*)%]:%d+$") or match(written, "^([%d.]+):%d+$") or written
  if find(bare, "[^%x:.]") or not find(bare, "^%d+%.%d+%.%d+%.%d+$") and not find(bare, ":", 1, true) then return nil end
  if core.parse_addr(bare) == nil then return nil end
  local mapped = match(lower(bare), "^::ffff:(%d+%.%d+%.%d+%.%d+)$")
  return mapped or lower(bare)
end

local function client_of(peers, peer, list)
  local written = {}
  for one in gmatch(list, "[^ ,]+") do written[#written + 1] = one end
  local address = peer
  for index = #written, 1, -1 do
    if not addresses.has(peers, address) then break end
    local next_address = address_of(written[index])
    if next_address == nil then break end
    address = next_address
  end
  return address
end

local function port_of(said, trust, txn, secure)
  if said == "" then return secure and "443" or tostring(txn.f:dst_port()) end
  return said == tostring(trust.httpsPort) and "443" or said
end

-- Fills the variables that haproxy.cfg and `sluice.context` read, before anything else looks at the request.
function M.run(txn)
  local trust = tables.settings(txn:get_var("txn.sluice_settings"))
  local secure = txn.f:ssl_fc() == 1 or txn.f:ssl_fc() == true
  local peer, list = txn.sf:src(), joined(txn, trust.forHeader)
  local addresses = trust.forHeader == "x-forwarded-for" and list or txn.sf:req_fhdr(trust.forHeader, 1)
  local client = client_of(trust.peers, peer, addresses)
  local function said(name) return trust.way and txn.sf:req_fhdr(name, 1) or "" end
  local proto = said("x-forwarded-proto")
  txn:set_var("txn.sluice_client", client)
  txn:set_var("txn.sluice_told_scheme", proto ~= "" and proto or secure and "https" or "http")
  txn:set_var("txn.sluice_told_host", match(said("x-forwarded-host"), "^ *([^, ]+)") or "")
  txn:set_var("txn.sluice_told_port", port_of(said("x-forwarded-port"), trust, txn, secure))
  local whole = list == "" and peer or list .. ", " .. peer
  txn:set_var("txn.sluice_told_addresses", trust.wholeList and whole or client)
  txn:set_var("txn.sluice_original_for", list)
  txn:set_var("txn.sluice_original_host", joined(txn, trust.hostHeader))
end

return M
