-- Values of headers of upstreams that a route changes (`valueChanges` of the core).

local platform = require("sluice.platform")

local find, gmatch, lower, match, sub = string.find, string.gmatch, string.lower, string.match, string.sub

local M = {}

-- The value with its prefix, or all of it, replaced; nil when nothing of it is found.
local function replaced(rewrite, value, whole)
  if rewrite.pattern then return platform.found(value, rewrite.pattern) and rewrite.to or nil end
  if whole then return lower(value) == lower(rewrite.prefix) and rewrite.to or nil end
  if sub(value, 1, #rewrite.prefix) ~= rewrite.prefix then return nil end
  return rewrite.to .. sub(value, #rewrite.prefix + 1)
end

-- What begins with a slash gets scheme and host of the request.
function M.location(rewrite, value, origin)
  local changed = replaced(rewrite, value, false)
  if changed == nil then return value end
  return sub(changed, 1, 1) == "/" and origin .. changed or changed
end

function M.refresh(rewrite, value)
  local at = find(lower(value), "url=", 1, true)
  if at == nil then return value end
  local url = sub(value, at + 4)
  return sub(value, 1, at + 3) .. (replaced(rewrite, url, false) or url)
end

-- Compared as a whole, without regard to a dot in front, which stays.
local function domain(rewrite, value)
  if rewrite.pattern then return replaced(rewrite, value, false) end
  local dot = sub(value, 1, 1) == "." and "." or ""
  local changed = replaced(rewrite, sub(value, #dot + 1), true)
  return changed and dot .. changed
end

local function attribute(values, name, value)
  if name == "domain" and values.domain then return domain(values.domain, value) end
  if name == "path" and values.path then return replaced(values.path, value, false) end
  return nil
end

local function trim(text)
  return match(text, "^%s*(.-)%s*$")
end

-- A cookie is written anew only where something in it was replaced.
function M.cookie(values, cookie)
  local parts, touched = {}, false
  for part in gmatch(cookie .. ";", "([^;]*);") do
    if #parts > 0 then
      local before, name, value = match(part, "^([ \t]*([^=]-)[ \t]*=[ \t]*)(.*)$")
      local changed = before and attribute(values, lower(name), value)
      if changed then part, touched = before .. changed, true end
    end
    parts[#parts + 1] = part
  end
  if not touched then return cookie end
  for index, part in ipairs(parts) do parts[index] = trim(part) end
  return table.concat(parts, "; ")
end

return M
