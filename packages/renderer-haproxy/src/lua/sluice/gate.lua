-- Who may use a route, in the order of nginx: limits, address, password, external service.

local authority = require("sluice.authority")
local addresses = require("sluice.addresses")
local limits = require("sluice.limits")
local password = require("sluice.password")

local M = {}

-- Whether something has to be looked at after the first action: connections and some passwords by HAProxy itself.
function M.prepare(context, plan)
  local txn, limit = context.txn, plan.limit
  local counted = limit and not addresses.has(limit.exempt, context.address)
  if counted then
    context.limited = limits.question(limit, context.address)
    if limit.connections then txn:set_var("txn.sluice_connections", limits.key(limit, context.address)) end
  end
  if plan.basic and plan.basic.realm ~= "off" then txn:set_var("txn.sluice_users", plan.basic.users) end
  local waits = counted or plan.basic ~= nil or plan.external ~= nil
  if waits then txn:set_var("txn.sluice_gate", 1) end
  return waits
end

-- `allowed`, `denied` or `unlisted`.
local function standing(access, address)
  if addresses.has(access.deny, address) then return "denied" end
  if addresses.is_empty(access.allow) then return "unlisted" end
  return addresses.has(access.allow, address) and "allowed" or "denied"
end

-- The status of an address that may not use the route; true when the address alone is enough; nil when others decide.
local function by_address(context, plan)
  local access = plan.access
  if access == nil then return nil end
  local found = standing(access, context.address)
  context.standing = found
  if plan.any then return found == "allowed" and true or nil end
  if found == "denied" then return 403 end
  return nil
end

local function challenge(plan)
  return { op = "set", name = "WWW-Authenticate", value = 'Basic realm="' .. (plan.basic and plan.basic.realm or "") .. '"' }
end

-- Whether a client without a passed check may not be let in where one passed check is enough.
local function unlisted(plan, context)
  return plan.any and plan.access and context.standing ~= "allowed"
end

-- What ends the request: `{ status, location, edits }`; nil lets it pass.
function M.check(context, plan, src)
  local too_much = context.limited and limits.enter(context, plan.limit)
  if too_much then return { status = too_much } end
  local address = by_address(context, plan)
  if address == 403 then return { status = 403 } end
  if address == true then return nil end
  local outcome = password.check(context, plan, src)
  if outcome == "unknown" then return { status = 503 } end
  if outcome == "right" and plan.any then return nil end
  local wrong = outcome == "wrong"
  if plan.external and (plan.any or not wrong) then return authority.ask(context, plan, src, wrong and challenge(plan) or nil) end
  if wrong then return authority.unauthorized(plan, src, { challenge(plan) }) end
  if unlisted(plan, context) and (plan.basic or plan.external) and outcome == "none" then return { status = 403 } end
  return nil
end

return M
