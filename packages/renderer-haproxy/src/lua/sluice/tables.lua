-- The maps that hold everything of users (`translate/tree.ts`). HAProxy changes them while it runs; what is found under a digest never
-- changes, so that it is decoded once.

local bencode = require("sluice.bencode")
local cache = require("sluice.cache")
local plan_route = require("sluice.plan_route")
local platform = require("sluice.platform")

-- As in `translate/host-names.ts`: bars of names are escaped.
local ANY, OTHERS = "|any", "|others"

local find, match, sub = string.find, string.match, string.sub

local M = {}

-- The same as PATTERN_MAPS of `translate/route-pattern.ts`.
local PATTERN_MAPS = 64

local function map(name, method)
  return Map.new("current/maps/" .. name .. ".map", method or Map._str)
end

local hosts, routes, records, upstreams = map("hosts"), map("routes"), map("records"), map("upstreams")
local backends, users = map("backends"), map("users")
local patterns = {}
for number = 0, PATTERN_MAPS - 1 do patterns[number] = map("patterns-" .. number, Map._reg) end

-- Decoded records by digest, and what is said of upstreams by its text.
local known_records = cache.new(20000)
local known_upstreams = cache.new(20000)

local function read(digest)
  local text = records:lookup(digest)
  if text == nil then return nil end
  local count = match(text, "^#(%d+)$")
  if count then
    local parts = {}
    for index = 0, tonumber(count) - 1 do
      local part = records:lookup(digest .. "." .. index)
      if part == nil then return nil end
      parts[#parts + 1] = part
    end
    text = table.concat(parts)
  end
  return bencode.decode(platform.unescape_word(text))
end

local function record(digest, prepare)
  local found = known_records:get(digest)
  if found == nil then
    found = read(digest)
    if found == nil then error("there is no record " .. digest) end
    if prepare then prepare(found) end
    known_records:put(digest, found)
  end
  return found
end

-- What holds for every request, of which haproxy.cfg says the digest.
function M.settings(digest)
  return record(digest)
end

local function prepare_plan(plan)
  plan_route.prepare(plan)
  local pages = plan.errorPages
  if pages then
    local codes = {}
    for _, code in ipairs(pages.codes) do codes[code] = true end
    pages.codes = codes
  end
end

-- Whether a name has one label in front of a suffix.
local function is_below(name, suffix)
  return #name > #suffix and sub(name, -#suffix) == suffix and find(sub(name, 1, -#suffix - 1), "^[%w_-]+$") ~= nil
end

local TAKES = {
  wildcard = is_below,
  suffix = function(name, suffix) return #name > #suffix and sub(name, -#suffix) == suffix end,
  prefix = function(name, prefix) return #name > #prefix and sub(name, 1, #prefix) == prefix end,
  regex = function(name, pattern) return platform.found(name, { pattern = pattern, ignoreCase = 1 }) end,
}

local function other_host(name, digest)
  for _, other in ipairs(record(digest)) do
    if TAKES[other.kind](name, other.text) then return other.digest end
  end
  return nil
end

-- The digest of the host that has the wildcard above a name; nil for none.
local function above(name)
  local dot = find(name, ".", 1, true)
  if dot == nil or dot == 1 or not find(sub(name, 1, dot - 1), "^[%w_-]+$") then return nil end
  return hosts:lookup(platform.escape_word("*" .. sub(name, dot)))
end

local function host_digest(name)
  -- A star is in the keys of wildcards alone.
  local exact = not find(name, "*", 1, true) and hosts:lookup(platform.escape_word(name))
  if exact then return exact end
  local others = hosts:lookup(OTHERS)
  if others then return other_host(name, others) end
  return above(name)
end

-- The host of a canonical name, with its digest; nil before there is any.
function M.host(name)
  local digest = name ~= "" and host_digest(name) or hosts:lookup(ANY)
  if digest == nil then return nil, nil end
  return record(digest), digest
end

-- What HAProxy has held the certificate of a client against that asked for a name in its handshake (`certificate-lines.ts`): the mark of the
-- authorities of a host; nil where it was asked for none. Names that only a look at each can decide are those of the catch-all host there.
function M.checked(name)
  local usual = find(name, "^[%w_.-]+$")
  local digest = usual and (hosts:lookup(name) or above(name)) or hosts:lookup(ANY)
  local auth = digest and record(digest).clientAuth
  return auth and auth.checked
end

local function better(best, plan, found)
  if found == nil then return best, plan end
  local comma = find(found, ",", 1, true)
  local position = tonumber(sub(found, 1, comma - 1))
  if best == nil or position < best then return position, sub(found, comma + 1) end
  return best, plan
end

-- Every prefix of the path that a route could name ends before or after one of its slashes, or at its end.
local function first_prefix(key, path, depth, best, plan)
  best, plan = better(best, plan, routes:lookup(key .. path))
  local slash = 1
  for _ = 1, depth do
    if slash > 1 then best, plan = better(best, plan, routes:lookup(key .. sub(path, 1, slash - 1))) end
    best, plan = better(best, plan, routes:lookup(key .. sub(path, 1, slash)))
    slash = find(path, "/", slash + 1, true)
    if slash == nil then break end
  end
  return best, plan
end

-- The plan of the first route of a host that takes a normalised path; nil for none.
function M.plan(host, digest, path)
  local key = platform.escape_word(path)
  local best, plan
  if host.exact then best, plan = better(nil, nil, routes:lookup(digest .. "=" .. key)) end
  if host.depth then best, plan = first_prefix(digest .. "~", key, host.depth, best, plan) end
  if host.patterns then
    local number = tonumber(sub(digest, 1, 2), 16) % PATTERN_MAPS
    best, plan = better(best, plan, patterns[number]:lookup(digest .. path))
  end
  for _, found in ipairs(host.found or {}) do
    if (best == nil or found[1] < best) and platform.found(path, found[2]) then best, plan = found[1], found[3] end
  end
  return plan and record(plan, prepare_plan)
end

local function upstream_of(text)
  local backend, count, digest = match(text, "^([^,]*),(%d+),(.*)$")
  local found = { backend = backend, count = tonumber(count), memory = { scores = {} } }
  found.endpoints = found.count > 0 and { backend } or {}
  if digest ~= "-" then setmetatable(found, { __index = record(digest) }).endpoints = record(digest).endpoints end
  return found
end

-- An upstream by its key: `backend`, `count` of endpoints, and what its record says where it has one; nil for none.
function M.upstream(key)
  local text = upstreams:lookup(key)
  if text == nil then return nil end
  local found = known_upstreams:get(text)
  if found == nil then
    found = upstream_of(text)
    known_upstreams:put(text, found)
  end
  return found
end

-- The backend that stands for one of the file at the moment.
function M.backend(name)
  return backends:lookup(name) or name
end

-- The hash of a user's password; nil for nobody.
function M.hash(list, user)
  local found = users:lookup(list .. "/" .. platform.escape_word(user))
  return found and platform.unescape_word(found)
end

return M
