-- Says which endpoints the Lua of the nginx backend picks. The body of a request is an upstream and, on lines of their own, wishes:
--   WAY MODE CHANGE SUBSET SERVICE ENDPOINT,ENDPOINT,...
--   KEY TRIED,TRIED,...            (the key in hexadecimal; `-` for none)
-- The answer has a line `POSITION NEW_COOKIE` for each wish.

local picker = require "sluice.picker"

local function split(text, separator)
  local parts = {}
  for part in (text .. separator):gmatch("(.-)%" .. separator) do parts[#parts + 1] = part end
  return parts
end

local function upstream_of(line)
  local way, mode, change, subset, service, endpoints = unpack(split(line, " "))
  local upstream = { namespace = "shop", service = service, port = "80", endpoints = split(endpoints, ","), memory = { scores = {} } }
  if way == "sticky" then upstream.affinity = { mode = mode, change = tonumber(change) } end
  if way == "hash" or way == "ewma" then upstream.balancing = { kind = way, subset = tonumber(subset) } end
  return upstream
end

local function wish_of(line)
  local key, tried = unpack(split(line, " "))
  key = key ~= "-" and key:gsub("%x%x", function(byte) return string.char(tonumber(byte, 16)) end) or nil
  local wish = { key = key or "", cookie = key, tried = {} }
  for position in tried:gmatch("%d+") do wish.tried[#wish.tried + 1] = tonumber(position) end
  return wish
end

ngx.req.read_body()
local lines = split(ngx.req.get_body_data(), "\n")
local upstream = upstream_of(lines[1])
local made = picker.of(upstream)
if made.done then
  for index = 0, #upstream.endpoints - 1 do made.done(index, (index * 7 + 3) % 11) end
end
for index = 2, #lines do
  local wish = wish_of(lines[index])
  ngx.say(made.pick(wish), " ", wish.new_cookie or "-")
end
