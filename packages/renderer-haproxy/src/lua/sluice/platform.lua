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

-- A byte that the text does not have.
local function separator_for(text)
  for code = 1, 255 do
    local char = string.char(code)
    if not find(text, char, 1, true) and not find("\\0123456789", char, 1, true) then return char end
  end
  error("a text has every byte there is")
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

-- The groups of the first match, the whole of it as 0; nil for none, also where the matcher gave up. Groups that were not taken are empty.
function M.match(text, pattern)
  local separator = separator_for(text)
  local replaced = M.converters():regsub(text, source_of(pattern), template_for(separator))
  local from = replaced and find(replaced, separator, 1, true)
  if not from then return nil end
  local groups = {}
  for group = 0, 9 do
    local to = find(replaced, separator, from + 1, true)
    groups[group] = sub(replaced, from + 1, to - 1)
    from = to
  end
  return groups
end

function M.found(text, pattern)
  return M.match(text, pattern) ~= nil
end

-- Seconds, with a fraction.
function M.now()
  local now = core.now()
  return now.sec + now.usec / 1000000
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
  return (gsub(text, "[^%w_.:/=+*,~@!|-]", hex))
end

function M.unescape_word(word)
  return (gsub(word, "%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

math.randomseed(os.time() + core.thread * 7919 + tonumber(sub(gsub(tostring({}), "%D", "0"), -8)))

return M
