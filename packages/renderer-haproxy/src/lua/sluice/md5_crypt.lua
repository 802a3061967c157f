-- The MD5 crypt of Poul-Henning Kamp, as Apache and libcrypt have it: `$apr1$` and `$1$`.

local platform = require("sluice.platform")

local byte, char, sub = string.byte, string.char, string.sub

local M = {}

local LETTERS = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

local function digest(text)
  return platform.converters():digest(text, "md5")
end

local function letters(value, count)
  local text = ""
  for _ = 1, count do
    local index = value % 64
    text = text .. sub(LETTERS, index + 1, index + 1)
    value = (value - index) // 64
  end
  return text
end

local function beginning(password, magic, salt)
  local inner = digest(password .. salt .. password)
  local text = { password, magic, salt }
  local length = #password
  for left = length, 1, -16 do text[#text + 1] = sub(inner, 1, math.min(left, 16)) end
  while length > 0 do
    text[#text + 1] = length % 2 == 1 and char(0) or sub(password, 1, 1)
    length = length // 2
  end
  return digest(table.concat(text))
end

local function round(state, index, password, salt)
  local odd = index % 2 == 1
  local text = odd and password or state
  if index % 3 ~= 0 then text = text .. salt end
  if index % 7 ~= 0 then text = text .. password end
  return digest(text .. (odd and state or password))
end

local ORDER = { { 1, 7, 13 }, { 2, 8, 14 }, { 3, 9, 15 }, { 4, 10, 16 }, { 5, 11, 6 } }

-- The whole hash: magic, salt and 22 letters.
function M.hash(password, magic, salt)
  local state = beginning(password, magic, salt)
  for index = 0, 999 do state = round(state, index, password, salt) end
  local text = ""
  for _, places in ipairs(ORDER) do
    local value = byte(state, places[1]) * 65536 + byte(state, places[2]) * 256 + byte(state, places[3])
    text = text .. letters(value, 4)
  end
  return magic .. salt .. "$" .. text .. letters(byte(state, 12), 2)
end

return M
