-- What a worker knows of `sluice.store`, decoded: it is looked at again when the version has changed, and decoded again when
-- the bytes have.

local bencode = require "sluice.bencode"
local cache = require "sluice.cache"
local store = require "sluice.store"

local _M = {}

-- The decoded form of an entry, `build(bytes, previous)` of it; nil when there is no entry.
local function lookup(known, key, build)
  local version = store.version()
  local entry = known:get(key)
  if entry and entry.version == version then return entry.value end
  local bytes = store.read(key)
  if bytes == nil then
    if entry then known:remove(key) end
    return nil
  end
  if entry and entry.bytes == bytes then
    entry.version = version
    return entry.value
  end
  local value = build(bytes, entry and entry.value)
  if value == nil then return nil end
  known:put(key, { version = version, bytes = bytes, value = value })
  return value
end

local upstreams = cache.new(20000)

-- What balancing has learnt goes on when endpoints change.
local function upstream_of(bytes, previous)
  local upstream, why = bencode.decode(bytes)
  if upstream == nil then
    ngx.log(ngx.ERR, "an upstream cannot be read: ", why)
    return nil
  end
  upstream.memory = previous and previous.memory or { scores = {} }
  return upstream
end

-- An upstream: `{ id, namespace, service, port, endpoints, names, balancing, affinity, canary, memory }`, see live-entries.ts.
-- The table belongs to the worker: others may keep things in it that hold as long as the upstream does not change.
function _M.upstream(id)
  return lookup(upstreams, "u/" .. id, upstream_of)
end

local certificates = cache.new(1000)

-- A certificate as `build(chain, key)` makes it once of two PEM texts.
function _M.certificate(id, build)
  return lookup(certificates, "c/" .. id, function(bytes)
    local pair = bencode.decode(bytes)
    return pair and build(pair.chain, pair.key)
  end)
end

-- The id of the certificate that a name has; empty for the default certificate; nil when nothing is known of the name.
function _M.certificate_id(name)
  return store.read("n/" .. name)
end

return _M
