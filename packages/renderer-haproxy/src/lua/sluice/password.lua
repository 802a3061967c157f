-- Passwords (RFC 7617). The hashes that only crypt(3) knows, HAProxy has looked at.

local md5_crypt = require("sluice.md5_crypt")
local platform = require("sluice.platform")
local request = require("sluice.plan_request")
local tables = require("sluice.tables")

local find, lower, match, sub = string.find, string.lower, string.match, string.sub

local M = {}

-- In a time that does not tell where they differ.
local function equal(left, right)
  if #left ~= #right then return false end
  local differences = 0
  for index = 1, #left do
    if string.byte(left, index) ~= string.byte(right, index) then differences = differences + 1 end
  end
  return differences == 0
end

local SHA1_BYTES = 20
-- MD5 crypt hashes a password a thousand times: clients may not make that megabytes.
local LONGEST = 1024

local FITS = {
  PLAIN = function(given, stored) return equal(given, stored) end,
  SHA = function(given, stored) return equal(platform.converters():sha1(given), platform.converters():b64dec(stored) or "") end,
  SSHA = function(given, stored)
    local decoded = platform.converters():b64dec(stored) or ""
    return #decoded >= SHA1_BYTES and equal(platform.converters():sha1(given .. sub(decoded, SHA1_BYTES + 1)), sub(decoded, 1, SHA1_BYTES))
  end,
}

local function fits(given, hash)
  local scheme, stored = match(hash, "^{(%u+)}(.*)$")
  if scheme and FITS[scheme] then return FITS[scheme](given, stored) end
  local magic, salt = match(hash, "^(%$apr1%$)([^$]*)"), nil
  if magic == nil then magic = match(hash, "^(%$1%$)") end
  if magic == nil then return false end
  salt = sub(match(hash, "^%$%w+%$([^$]*)%$") or "", 1, 8)
  return equal(md5_crypt.hash(given, magic, salt), hash)
end

local function credentials(src)
  local value = request.header(src, "authorization") or ""
  local scheme, encoded = match(value, "^(%a+) +(%S+)%s*$")
  if scheme == nil or lower(scheme) ~= "basic" then return nil end
  local decoded = platform.converters():b64dec(encoded)
  local colon = decoded and find(decoded, ":", 1, true)
  if not colon then return nil end
  return sub(decoded, 1, colon - 1), sub(decoded, colon + 1)
end

-- `none` where no password is asked for, else `right` or `wrong`.
function M.check(context, plan, src)
  if plan.basic == nil or plan.basic.realm == "off" then return "none" end
  local user, given = credentials(src)
  local hash = user and tables.hash(plan.basic.users, user)
  if hash == nil or #given > LONGEST then return "wrong" end
  if hash == "crypt" then return context.txn:get_var("txn.sluice_user") == 1 and "right" or "wrong" end
  return fits(given, hash) and "right" or "wrong"
end

return M
