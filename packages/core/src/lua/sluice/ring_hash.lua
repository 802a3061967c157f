-- FNV-1a with the finish of MurmurHash3, of 32 bits, as an unsigned number: `fold(value, text)` from `start` on, text after text, then
-- `finish(value)`. LuaJIT has no operators for bits and Lua from 5.3 on no library for them, so there is one for each.

local INTEGERS = [[
  local byte = string.byte

  local function fold(value, text)
    for index = 1, #text do value = (value ~ byte(text, index)) * 0x1000193 & 0xffffffff end
    return value
  end

  local function finish(value)
    value = (value ~ value >> 16) * 0x85ebca6b & 0xffffffff
    value = (value ~ value >> 13) * 0xc2b2ae35 & 0xffffffff
    return value ~ value >> 16
  end

  return { start = 0x811c9dc5, fold = fold, finish = finish }
]]

local function with_library(bit)
  local bxor, lshift, rshift, band, tobit = bit.bxor, bit.lshift, bit.rshift, bit.band, bit.tobit
  local byte = string.byte

  -- The product of two 32-bit numbers within 32 bits; doubles would lose its lower half.
  local function multiply(a, b)
    local low, high = band(a, 0xffff), rshift(a, 16)
    return tobit(low * b + lshift(tobit(high * b), 16))
  end

  local function fold(value, text)
    for index = 1, #text do
      value = bxor(value, byte(text, index))
      value = tobit(lshift(value, 24) + value * 0x193)
    end
    return value
  end

  local function finish(value)
    value = multiply(bxor(value, rshift(value, 16)), 0x85ebca6b)
    value = multiply(bxor(value, rshift(value, 13)), 0xc2b2ae35)
    return bxor(value, rshift(value, 16)) % 4294967296
  end

  return { start = tobit(0x811c9dc5), fold = fold, finish = finish }
end

local made = load(INTEGERS)
return made and made() or with_library(require("bit"))
