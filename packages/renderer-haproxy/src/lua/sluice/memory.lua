-- Answers of authentication services that are kept for a while, for all threads.

local inner = require("sluice.inner")
local platform = require("sluice.platform")

local concat, gmatch, match = table.concat, string.gmatch, string.match

local M = {}

local TIMEOUT_MS = 5000
-- Longer ones are not kept (nginx `proxy_buffer_size`).
local LONGEST = 8192

-- `{ status, headers }`, headers with lists of values by names in lower case, as one word.
local function encode(answer)
  local lines = { tostring(answer.status) }
  for name, values in pairs(answer.headers) do
    for _, value in ipairs(values) do lines[#lines + 1] = platform.escape_word(name) .. ";" .. platform.escape_word(value) end
  end
  return concat(lines, ";;")
end

local function decode(text)
  local answer = { headers = {} }
  for line in gmatch(text .. ";;", "(.-);;") do
    local name, value = match(line, "^([^;]*);(.*)$")
    if name == nil then
      answer.status = tonumber(line)
    else
      name = platform.unescape_word(name)
      local values = answer.headers[name] or {}
      values[#values + 1] = platform.unescape_word(value)
      answer.headers[name] = values
    end
  end
  return answer
end

-- The answer that is kept under a key; nil for none.
function M.get(key)
  local found = inner.ask({ ["x-sluice-answer"] = { platform.sha256(key) } }, TIMEOUT_MS)
  local kept = found and found.headers and found.headers["x-sluice-kept"]
  local text = kept and (kept[0] or kept[1])
  return text and text ~= "" and decode(text) or nil
end

function M.put(key, answer, ms)
  local text = encode(answer)
  if #text > LONGEST then return end
  inner.ask({ ["x-sluice-answer"] = { platform.sha256(key) }, ["x-sluice-keep"] = { string.format("%d %s", ms, text) } }, TIMEOUT_MS)
end

return M
