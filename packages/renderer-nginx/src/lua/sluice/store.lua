-- What the controller pushed, in the shared dict `sluice_live`; it survives reloads.
--
-- Entries: `u/ID` upstreams, `c/ID` certificates, `n/NAME` ids of certificates, `digest` of the whole; values are opaque bytes.
-- Under its key an entry has a number, the version that its bytes are of; they are under `=VERSION KEY`. Numbers are replaced in
-- place, which cannot fail: so new bytes are stored first, and once all of them fit every entry is switched over. When memory is
-- full nothing has changed. `version` only grows, and is written last: who saw it sees everything of it.

local bencode = require "sluice.bencode"

local dict = ngx.shared.sluice_live
local format = string.format

local _M = {}

local function place(version, key)
  return format("=%.0f %s", version, key)
end

-- The bytes of an entry; nil when there is none.
function _M.read(key)
  for _ = 1, 5 do
    local version = dict:get(key)
    if not version or version == 0 then return nil end
    local bytes = dict:get(place(version, key))
    if bytes then return bytes end
    -- Switched over in between: look again.
  end
  return nil
end

-- 0 when nothing has been pushed.
function _M.version()
  return dict:get("version") or 0
end

-- Keys whose bytes differ from those in memory.
local function changes(set)
  local keys = {}
  for key, bytes in pairs(set) do
    if _M.read(key) ~= bytes then keys[#keys + 1] = key end
  end
  return keys
end

-- Stores the bytes of new entries where nobody looks for them. False, with nothing left behind, when memory is full.
local function prepare(set, keys, version)
  local ok = dict:safe_add("version", 0) or dict:get("version") ~= nil
  local added = {}
  for count = 1, ok and #keys or 0 do
    local key = keys[count]
    local fresh, why = dict:safe_add(key, 0)
    if fresh then added[#added + 1] = key end
    ok = (fresh or why == "exists") and dict:safe_set(place(version, key), set[key])
    if not ok then
      for undone = 1, count do dict:delete(place(version, keys[undone])) end
      for _, placed in ipairs(added) do dict:delete(placed) end
      break
    end
  end
  return ok
end

local function is_name(key)
  return key:sub(1, 2) == "n/"
end

local function switch(keys, version, names)
  local old = {}
  for _, key in ipairs(keys) do
    if is_name(key) == names then
      local before = dict:get(key)
      dict:set(key, version)
      if before and before ~= 0 then old[#old + 1] = place(before, key) end
    end
  end
  return old
end

local function forget(key)
  local version = dict:get(key)
  dict:delete(key)
  if version then dict:delete(place(version, key)) end
end

-- Everything that the push does not have, and what a worker that died in the middle of one left behind.
local function sweep(set)
  for _, key in ipairs(dict:get_keys(0)) do
    local version, owner = key:match("^=(%d+) (.*)$")
    if version then
      if dict:get(owner) ~= tonumber(version) then dict:delete(key) end
    elseif key ~= "version" and set[key] == nil then
      forget(key)
    end
  end
end

-- Names first: a name never leads to a certificate that is gone.
local function remove(keys)
  for _, key in ipairs(keys) do if is_name(key) then forget(key) end end
  for _, key in ipairs(keys) do forget(key) end
end

-- Why a push cannot be applied: `conflict` when it is older than what is there, or builds on something else.
local function refusal(push)
  if type(push) ~= "table" or type(push.set) ~= "table" or type(push.version) ~= "number" or type(push.digest) ~= "string" then
    return "malformed"
  end
  local version = _M.version()
  if push.version <= version or (push.base and push.base ~= version) then return "conflict" end
end

-- Brings memory to a push: `{ version, digest, set = { KEY = BYTES }, base, del = { KEY } }`; one without `base` is all there is.
-- nil when done, else `malformed`, `conflict` or `full`, and memory is as before.
function _M.apply(push)
  local refused = refusal(push)
  if refused then return refused end
  local set, version = push.set, push.version
  set.digest = push.digest
  local keys = changes(set)
  if not prepare(set, keys, version) then return "full" end
  local old = switch(keys, version, false)
  local old_names = switch(keys, version, true)
  if push.base then remove(push.del or {}) else sweep(set) end
  dict:set("version", version)
  for _, key in ipairs(old_names) do dict:delete(key) end
  for _, key in ipairs(old) do dict:delete(key) end
end

-- Applies the pushes of a state file one after the other; one that was cut off in the middle is the last. A message when one cannot
-- be applied.
function _M.load(text)
  local at = 1
  while at <= #text do
    local push, after = bencode.decode(text, at)
    if push == nil then return "the state file ends in the middle" end
    at = after
    local refused = _M.apply(push)
    if refused then return "the state file cannot be loaded: " .. refused end
  end
end

return _M
