-- The `Set-Cookie` line of an affinity cookie, attributes in the order in which ingress-nginx writes them.

local platform = require "sluice.platform"
local request = require "sluice.plan_request"

local find, floor, format, min, sub = string.find, math.floor, string.format, math.min, string.sub

-- The last second of the year 9999.
local LAST = 253402300799

local DAYS = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" }
local MONTHS = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" }

-- A Safari of macOS 10.14: what has a Macintosh with these behind it, and no Chrome.
local function is_safari(agent)
  local from = 1
  while true do
    local start, stop = find(agent, "Macintosh", from, true)
    if start == nil then return false end
    from = stop + 1
    local has = function(words) return find(agent, words, from, true) ~= nil end
    if has("Intel Mac OS X 10_14") and has("Safari") and not has("Chrome") then return true end
  end
end

-- Browsers that take `SameSite=None` for `Strict` or refuse the cookie (https://www.chromium.org/updates/same-site/incompatible-clients).
local function is_mistaken(src, affinity)
  if affinity.samesite ~= "None" or affinity.conditional ~= 1 then return false end
  local agent = sub(request.header(src, "user-agent") or "", 1, 1000)
  if find(agent, "Chrome/[456]") or find(agent, "CPU iPhone OS 12", 1, true) or find(agent, "iPad; CPU OS 12", 1, true) then return true end
  return is_safari(agent)
end

-- As nginx writes it: years of four digits from 2038 on.
local function cookie_time(seconds)
  local date = os.date("!*t", floor(seconds))
  local year = date.year > 2037 and format("%d", date.year) or format("%02d", date.year % 100)
  local day = format("%s, %02d-%s-%s", DAYS[date.wday], date.day, MONTHS[date.month], year)
  return format("%s %02d:%02d:%02d GMT", day, date.hour, date.min, date.sec)
end

local _M = {}

-- For the answer to a request: `endpoint` stands for the endpoint, `path` is that of the Ingress.
function _M.line(src, affinity, endpoint, path)
  local parts = { affinity.name .. "=" .. endpoint .. "|" .. affinity.key }
  local function add(part) parts[#parts + 1] = part end
  if affinity.expires then add("Expires=" .. cookie_time(min(platform.now() + affinity.expires, LAST))) end
  if affinity.maxage then add("Max-Age=" .. format("%.0f", affinity.maxage)) end
  if affinity.domain then add("Domain=" .. affinity.domain) end
  add("Path=" .. (affinity.path or path))
  if affinity.secure == 1 or request.secure(src) then add("Secure") end
  add("HttpOnly")
  if affinity.samesite and not is_mistaken(src, affinity) then add("SameSite=" .. affinity.samesite) end
  return table.concat(parts, "; ")
end

return _M
