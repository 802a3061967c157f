-- The path that routes are looked up by. Same results as the core's normalizePath.

local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub

local M = {}

local function decode(path)
  if find((gsub(path, "%%%x%x", "")), "%", 1, true) or find(path, "%%00") then return nil end
  return (gsub(path, "%%(%x%x)", function(digits) return string.char(tonumber(digits, 16)) end))
end

local function resolve(path)
  local resolved, last = {}, ""
  for segment in string.gmatch(path, "/([^/]*)") do
    last = segment
    if segment == ".." then
      if #resolved == 0 then return nil end
      resolved[#resolved] = nil
    elseif segment ~= "" and segment ~= "." then
      resolved[#resolved + 1] = segment
    end
  end
  local open = #resolved > 0 and (last == "" or last == "." or last == "..")
  return "/" .. table.concat(resolved, "/") .. (open and "/" or "")
end

-- The normalised path of a path as sent; nil for one that is answered 400.
function M.normalize(path)
  if sub(path, 1, 1) ~= "/" then return nil end
  local encoded = find(path, "%", 1, true)
  if not encoded and not find(path, "/[/.]") then return path end
  local decoded = path
  if encoded then decoded = decode(path) end
  return decoded and resolve(decoded)
end

-- Path of a target, without query and fragment.
function M.of_target(target)
  return match(target, "^[^?#]*")
end

return M
