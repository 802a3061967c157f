-- What the modules that data planes have in common need of HAProxy.

local find, format, gsub, sub = string.find, string.format, string.gsub, string.sub

local M = {}

-- HAProxy gives its converters to requests alone. Each has a coroutine of its own, and others run whenever one waits.
local converters = setmetatable({}, { __mode = "k" })

-- Begins an action of a request: what is asked of HAProxy until it ends is asked in its name.
function M.enter(txn)
  converters[coroutine.running()] = txn.c
end

function M.converters()
  return converters[coroutine.running()]
end

-- The expression as HAProxy compiles it; a limit of steps must stay in front.
local function source_of(pattern)
  local source = pattern.source
  if source == nil then
    local limit, rest = string.match(pattern.pattern, "^(%(%*LIMIT_MATCH=%d+%))(.*)$")
    source = (limit or "") .. (pattern.ignoreCase and "(?i)" or "") .. (rest or pattern.pattern)
    pattern.source = source
  end
  return source
end

local function byte_for(text)
  for code = 1, 255 do
    local char = string.char(code)
    if not find(text, char, 1, true) and not find("\\0123456789", char, 1, true) then return char end
  end
end

-- What is not in the text, nor where its pieces meet: a byte, or two different ones where clients send every byte there is.
local function separator_for(text)
  local single = byte_for(text)
  if single then return single end
  for first = 128, 255 do
    for second = 1, 31 do
      local pair = string.char(first, second)
      if not find(text, pair, 1, true) then return pair end
    end
  end
  error("a text has every pair of bytes")
end

local function replaced(text, source, template)
  local answer = M.converters():regsub(text, source, template)
  if answer == nil then error("a text is too long for an expression") end
  return answer
end

-- HAProxy does not tell an expression that gave up from one that is not found. Such a text must not pass for one that another route takes: with
-- the end of the text as another way, there is something to be found in any case.
local function must_end(text, pattern, separator)
  if pattern.certain == nil then
    local limit, rest = string.match(source_of(pattern), "^(%(%*LIMIT_MATCH=%d+%))(.*)$")
    pattern.certain = limit and limit .. "(?:" .. rest .. ")|\\z" or false
  end
  if pattern.certain and not find(replaced(text, pattern.certain, separator), separator, 1, true) then
    error("an expression takes too many steps")
  end
end

local function group_of(text, source, separator, group)
  local answer = replaced(text, source, separator .. "\\" .. group .. separator)
  local from, till = find(answer, separator, 1, true)
  return sub(answer, till + 1, find(answer, separator, till + 1, true) - 1)
end

-- Whether the expression is found. Fails where the matcher gave up.
function M.found(text, pattern)
  local separator = separator_for(text)
  must_end(text, pattern, separator)
  return find(replaced(text, source_of(pattern), separator), separator, 1, true) ~= nil
end

local templates = {}

local function template_for(separator)
  local template = templates[separator]
  if template == nil then
    local parts = {}
    for group = 0, 9 do parts[#parts + 1] = separator .. "\\" .. group end
    template = table.concat(parts) .. separator
    templates[separator] = template
  end
  return template
end

-- All groups at once fit into the buffer of a converter where the text is not longer (`tune.bufsize`).
local SHORT = 2048

-- The groups of the first match, the whole of it as 0; nil for none. Groups that were not taken are empty. Fails where the matcher gave up.
function M.match(text, pattern)
  local separator, source = separator_for(text), source_of(pattern)
  must_end(text, pattern, separator)
  local groups = {}
  if #text > SHORT then
    if not M.found(text, pattern) then return nil end
    for group = 0, 9 do groups[group] = group_of(text, source, separator, group) end
    return groups
  end
  local answer = replaced(text, source, template_for(separator))
  local _, from = find(answer, separator, 1, true)
  if not from then return nil end
  for group = 0, 9 do
    local to, till = find(answer, separator, from + 1, true)
    groups[group] = sub(answer, from + 1, to - 1)
    from = till
  end
  return groups
end

-- Seconds, with a fraction.
function M.now()
  local now = core.now()
  return now.sec + now.usec / 1000000
end

-- In hexadecimal, where nobody may find two texts with one.
function M.sha256(text)
  local c = M.converters()
  return string.lower(c:hex(c:sha2(text, 256)))
end

-- In hexadecimal.
function M.md5(text)
  local c = M.converters()
  return string.lower(c:hex(c:digest(text, "md5")))
end

-- Tells threads apart.
function M.worker_id()
  return core.thread
end

local function hex(char)
  return format("%%%02X", string.byte(char))
end

-- As `escapeWord` of `translate/record.ts`: what keys of maps are made of.
function M.escape_word(text)
  return (gsub(text, "[^%w_.:/=+*,~@!-]", hex))
end

function M.unescape_word(word)
  return (gsub(word, "%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

math.randomseed(os.time() + core.thread * 7919 + tonumber(sub(gsub(tostring({}), "%D", "0"), -8)))

return M
