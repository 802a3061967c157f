-- The certificate of a connection, by the name that the client asks for. A name without one has the default one, which stands under `*`; where no
-- Secret holds that, it keeps what the configuration has.

local hello = require "ngx.ssl.clienthello"
local live = require "sluice.live"
local ssl = require "ngx.ssl"

local _M = {}

-- The name as it is looked up: lower case, without port and one dot at the end; nil when it is no host name.
local function canonical(name)
  local bare = name
  if bare:sub(1, 1) ~= "[" then bare = bare:gsub(":.*$", "") end
  bare = bare:gsub("%.$", "")
  if bare == "" or name:find("[/%c ]") or name:find("..", 1, true) then return nil end
  return bare:lower()
end

-- `*.example.com` for `shop.example.com`; nil where there is none.
local function wildcard_above(name)
  local rest = name:match("^[%w_%-]+(%..*)$")
  return rest and "*" .. rest
end

-- The id of the certificate that a name has; empty or nil for the default one.
local function own_id(name)
  local bare = name and canonical(name)
  if not bare then return nil end
  local id = live.certificate_id(bare)
  if id then return id end
  local above = wildcard_above(bare)
  return above and live.certificate_id(above)
end

-- The id of the certificate for a name, or for none; empty or nil for that of the configuration.
local function id_of(name)
  local id = own_id(name)
  if id and id ~= "" then return id end
  return live.certificate_id("*")
end

local function parse(chain, key)
  local cert, why = ssl.parse_pem_cert(chain)
  local private
  if cert then private, why = ssl.parse_pem_priv_key(key) end
  if not private then
    ngx.log(ngx.ERR, "a certificate cannot be read: ", why)
    return nil
  end
  return { cert = cert, key = private }
end

local function set(pair)
  local ok, why = ssl.set_cert(pair.cert)
  if ok then ok, why = ssl.set_priv_key(pair.key) end
  return ok, why
end

-- Whether OpenSSL takes a certificate; it says so once. Where it does not (a key that is too short), the default one is still there.
local function is_usable(pair, id)
  if pair.usable == nil then
    local ok, why = set(pair)
    if not ok then ngx.log(ngx.ERR, "the certificate ", id, " cannot be used: ", why) end
    pair.usable = ok and true or false
  end
  return pair.usable
end

local function use(name)
  local id = id_of(name)
  local pair = id and id ~= "" and live.certificate(id, parse)
  if not pair or not is_usable(pair, id) then return end
  -- Those of other kinds of keys would be offered as well.
  local ok, why = ssl.clear_certs()
  if ok then ok, why = set(pair) end
  if not ok then
    ngx.log(ngx.ERR, "the certificate ", id, " cannot be used: ", why)
    return ngx.exit(ngx.ERROR)
  end
end

-- `ssl_client_hello_by_lua`, of the default server.
function _M.hello()
  use((hello.get_client_hello_server_name()))
end

-- `ssl_certificate_by_lua`, of servers with a context of their own.
function _M.select()
  use((ssl.server_name()))
end

return _M
