-- The `Set-Cookie` line of an affinity cookie, attributes in the order in which ingress-nginx writes them.

local min = math.min

-- The last second of the year 9999.
local LAST = 253402300799

-- Browsers that take `SameSite=None` for `Strict` or refuse the cookie (https://www.chromium.org/updates/same-site/incompatible-clients).
local MISTAKEN = {
  "Chrome/[456]",
  "CPU iPhone OS 12",
  "iPad; CPU OS 12",
  "Macintosh(?=.*Intel Mac OS X 10_14)(?=.*Safari)(?!.*Chrome)",
}

local function is_mistaken(affinity)
  local agent = affinity.samesite == "None" and affinity.conditional == 1 and ngx.var.http_user_agent
  if not agent then return false end
  agent = agent:sub(1, 1000)
  for _, browser in ipairs(MISTAKEN) do
    if ngx.re.find(agent, browser, "jo") then return true end
  end
  return false
end

local _M = {}

-- `endpoint` stands for the endpoint, `path` is that of the Ingress, `secure` whether the client came by TLS.
function _M.line(affinity, endpoint, path, secure)
  local parts = { affinity.name .. "=" .. endpoint .. "|" .. affinity.key }
  local function add(part) parts[#parts + 1] = part end
  if affinity.expires then add("Expires=" .. ngx.cookie_time(min(ngx.time() + affinity.expires, LAST))) end
  if affinity.maxage then add("Max-Age=" .. string.format("%.0f", affinity.maxage)) end
  if affinity.domain then add("Domain=" .. affinity.domain) end
  add("Path=" .. (affinity.path or path))
  if affinity.secure == 1 or secure then add("Secure") end
  add("HttpOnly")
  if affinity.samesite and not is_mistaken(affinity) then add("SameSite=" .. affinity.samesite) end
  return table.concat(parts, "; ")
end

return _M
