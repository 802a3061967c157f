-- How much one client may ask for. The threads share what is counted: the internal frontend counts (`shared.lua`).

local inner = require("sluice.inner")

local M = {}

local TIMEOUT_MS = 10000

local function rate(pair)
  return pair and pair[1] .. "," .. pair[2] or "-"
end

-- What a client of the zone is counted under.
function M.key(limit, address)
  return limit.zone .. " " .. address
end

-- What the counter is asked for a request.
function M.question(limit, address)
  return table.concat({ rate(limit.perSecond), rate(limit.perMinute), M.key(limit, address) }, " ")
end

-- Takes a request into account; the status when it is too much. Nobody is kept out by a counter that does not answer.
function M.enter(context, limit)
  local under = limit.connections and tonumber(context.txn.sf:sc_conn_cur(0)) or 0
  if limit.connections and under > limit.connections then return limit.connectionStatus end
  if limit.perSecond == nil and limit.perMinute == nil then return nil end
  local answer = inner.ask({ ["x-sluice-limit"] = { context.limited } }, TIMEOUT_MS)
  if answer and answer.status == 503 then return limit.rateStatus end
  return nil
end

return M
