-- Who the workers are: each registers in the shared dict `sluice_workers`, by its process id, with the digest of its generation
-- behind `+` while it accepts connections and behind `-` when it does not any more. `drain` there is the digest of the generation
-- whose workers are about to leave.

local ffi = require "ffi"

ffi.cdef "int kill(int pid, int sig);"

local count = require "sluice.count"

local dict = ngx.shared.sluice_workers

-- Longer than any worker lives: the timer is there to be ended early, which nginx does when the worker has stopped accepting.
local FOREVER = 10 * 365 * 24 * 3600

-- How often a worker says that its event loop turns, in seconds.
local BEAT = 1

local generation

local _M = {}

local function key()
  return "w/" .. ngx.worker.pid()
end

local function beat(premature)
  if not premature then dict:set("b/" .. ngx.worker.pid(), ngx.now()) end
end

-- The init_worker phase.
function _M.start(digest)
  generation = digest
  -- Workers are copies of the master, and would all draw the same.
  math.randomseed(ngx.now() * 1000 + ngx.worker.pid() * 7919)
  -- A generation that comes back is not about to leave any more.
  if dict:get("drain") == digest then dict:delete("drain") end
  dict:set(key(), "+" .. digest)
  count.start()
  local ok, why = ngx.timer.at(FOREVER, function(premature)
    if premature then dict:set(key(), "-" .. digest) end
  end)
  if not ok then ngx.log(ngx.ERR, "leaving cannot be told: ", why) end
  beat()
  ok, why = ngx.timer.every(BEAT, beat)
  if not ok then ngx.log(ngx.ERR, "that it turns cannot be told: ", why) end
end

-- The exit_worker phase.
function _M.stop()
  count.flush()
  dict:delete(key())
  dict:delete("b/" .. ngx.worker.pid())
end

-- Whether clients should come again on another connection.
function _M.is_leaving()
  return ngx.worker.exiting() or dict:get("drain") == generation and generation ~= nil
end

function _M.drain(digest)
  if digest == "" then return dict:delete("drain") end
  return dict:set("drain", digest)
end

-- The workers that are there: `{ pid, generation, accepting, silent }`. `silent`: so many seconds ago it has said last that its event loop turns.
function _M.all()
  local found = {}
  for _, name in ipairs(dict:get_keys(0)) do
    local pid = tonumber(name:match("^w/(%d+)$"))
    local said = pid and dict:get(name)
    if said and ffi.C.kill(pid, 0) == 0 then
      local silent = ngx.now() - (dict:get("b/" .. pid) or ngx.now())
      found[#found + 1] = { pid = pid, generation = said:sub(2), accepting = said:sub(1, 1) == "+", silent = silent }
    elseif said then
      dict:delete(name)
      dict:delete("b/" .. pid)
    end
  end
  return found
end

return _M
