-- Decoder of bencode (BEP 3): integers, byte strings, lists (1-based tables), dictionaries.
-- decode(text, start) -> value, position after it; nil and a message when the text is none. Bounded in depth; strings are cut
-- out of the text, so a decoded table costs about what the text does.

local byte, find, sub, tonumber = string.byte, string.find, string.sub, tonumber

local MAX_DEPTH = 32

local value

local function integer(text, at)
  local stop = find(text, "e", at + 1, true)
  local digits = stop and sub(text, at + 1, stop - 1)
  if not digits or not find(digits, "^%-?%d+$") or #digits > 17 then
    error("bad integer at " .. at, 0)
  end
  return tonumber(digits), stop + 1
end

local function bytes(text, at)
  local colon = find(text, ":", at, true)
  -- No length has more digits than this.
  local digits = colon and colon - at <= 10 and sub(text, at, colon - 1)
  if not digits or not find(digits, "^%d+$") then
    error("bad length at " .. at, 0)
  end
  local stop = colon + tonumber(digits)
  if stop > #text then
    error("string beyond the end at " .. at, 0)
  end
  return sub(text, colon + 1, stop), stop + 1
end

local function list(text, at, depth)
  local items, count = {}, 0
  at = at + 1
  while byte(text, at) ~= 101 do -- e
    count = count + 1
    items[count], at = value(text, at, depth + 1)
  end
  return items, at + 1
end

local function dictionary(text, at, depth)
  local items = {}
  at = at + 1
  while byte(text, at) ~= 101 do -- e
    local key
    key, at = bytes(text, at)
    items[key], at = value(text, at, depth + 1)
  end
  return items, at + 1
end

function value(text, at, depth)
  local kind = byte(text, at)
  if kind == nil or depth > MAX_DEPTH then
    error(kind and "too deep" or "unexpected end", 0)
  end
  if kind == 105 then return integer(text, at) end -- i
  if kind == 108 then return list(text, at, depth) end -- l
  if kind == 100 then return dictionary(text, at, depth) end -- d
  return bytes(text, at)
end

local _M = {}

function _M.decode(text, start)
  local ok, decoded, after = pcall(value, text, start or 1, 0)
  if ok then return decoded, after end
  return nil, decoded
end

return _M
