-- Asks modules of ours what they make of texts, for tests: one request is one question, its header `x-call` the function, `x-arg-N` arguments in
-- hexadecimal; the answer is in hexadecimal too, `-` for nil.

local platform = require("sluice.platform")

local function unhex(text)
  return (string.gsub(text, "%x%x", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function hex(text)
  return (string.gsub(text, ".", function(char) return string.format("%02x", string.byte(char)) end))
end

local function ranges(text)
  local set = { ipv4 = {}, ipv6 = {} }
  for kind, first, last in string.gmatch(text, "(ipv%d) (%x+) (%x+)") do
    local list = set[kind]
    list[#list + 1] = { first, last }
  end
  return set
end

local CALLS = {
  normalize = function(path) return require("sluice.path").normalize(path) end,
  has = function(set, address) return tostring(require("sluice.addresses").has(ranges(set), address)) end,
  md5_crypt = function(password, magic, salt) return require("sluice.md5_crypt").hash(password, magic, salt) end,
  escape_word = platform.escape_word,
  unescape_word = platform.unescape_word,
  match = function(text, pattern)
    local groups = platform.match(text, { pattern = pattern })
    if groups == nil then return nil end
    local all = {}
    for index = 0, 9 do all[#all + 1] = groups[index] end
    return table.concat(all, "\0")
  end,
}

core.register_action("probe", { "http-req" }, function(txn)
  platform.enter(txn)
  local arguments = {}
  for index = 1, 3 do arguments[index] = unhex(txn.sf:req_fhdr("x-arg-" .. index)) end
  local answer = CALLS[txn.sf:req_fhdr("x-call")](table.unpack(arguments))
  local reply = txn:reply({ status = 200 })
  reply:set_body(answer == nil and "-" or hex(answer))
  txn:done(reply)
end)
