-- Content handlers of the control server, which the controller alone can reach.

local bencode = require "sluice.bencode"
local count = require "sluice.count"
local store = require "sluice.store"
local worker = require "sluice.worker"

local format = string.format

-- Held while a push is applied; a worker that dies with it does not keep it longer than this, in seconds.
local LOCK_SECONDS = 30

local lock = ngx.shared.sluice_workers

local function body()
  ngx.req.read_body()
  local text = ngx.req.get_body_data()
  if text then return text end
  local path = ngx.req.get_body_file()
  if not path then return "" end
  local file, why = io.open(path, "rb")
  if not file then
    ngx.log(ngx.ERR, "the body of a push cannot be read: ", why)
    return nil
  end
  text = file:read("*a")
  file:close()
  return text
end

local function answer(status, json)
  ngx.status = status
  ngx.header["Content-Type"] = "application/json"
  ngx.print(json)
end

-- The digest may be of any text; the controller's is hexadecimal.
local function state()
  return format('{"version":%.0f,"digest":"%s"}', store.version(), (store.read("digest") or ""):gsub('[^%w+]', ""))
end

local statuses = { conflict = 409, full = 507, malformed = 400 }

local function push()
  local text = body()
  local decoded, why
  if text then decoded, why = bencode.decode(text) end
  if decoded == nil then return answer(400, format('{"error":"%s"}', tostring(why or "no body"):gsub('["\\%c]', ""))) end
  if not lock:add("push", 1, LOCK_SECONDS) then return answer(423, state()) end
  local ok, refused = pcall(store.apply, decoded)
  lock:delete("push")
  if not ok then
    ngx.log(ngx.ERR, "a push failed: ", refused)
    return answer(500, state())
  end
  answer(refused and statuses[refused] or 200, state())
end

local _M = {}

-- `GET /live`: version and digest of what is in memory. `POST /live`: a push (see store.lua); 409 when it is older than that, or builds
-- on something else; 423 while another one is applied; 507 when memory is full. Memory changes with 200 alone.
function _M.live()
  if ngx.req.get_method() == "POST" then return push() end
  ngx.req.discard_body()
  answer(200, state())
end

-- `POST /drain`: the digest of the generation whose workers tell clients to come again; empty for none. The answer tells how many
-- connections of clients are idle now, 0 where nginx does not count them.
function _M.drain()
  if ngx.req.get_method() ~= "POST" then return answer(405, "{}") end
  local ok = worker.drain(body() or "")
  answer(ok == false and 507 or 200, format('{"idle":%d}', tonumber(ngx.var.connections_waiting) or 0))
end

-- `POST /counts`: what workers have counted since the last time (`count.lua`).
function _M.counts()
  if ngx.req.get_method() ~= "POST" then return answer(405, "{}") end
  ngx.req.discard_body()
  ngx.header["Content-Type"] = "text/plain"
  ngx.print(count.take())
end

-- `GET /workers`: process id and generation of every worker, whether it still accepts connections, and for how many seconds it has not turned.
function _M.workers()
  local all = {}
  for index, one in ipairs(worker.all()) do
    local generation = one.generation:gsub("[^%w]", "")
    local line = '{"pid":%d,"generation":"%s","accepting":%s,"silentSeconds":%.3f}'
    all[index] = format(line, one.pid, generation, tostring(one.accepting), one.silent)
  end
  answer(200, "[" .. table.concat(all, ",") .. "]")
end

return _M
