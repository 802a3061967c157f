-- A request as HAProxy has it, for `sluice.plan_request`, which reads each thing once. The handle is a context of `sluice.context`.

local M = {}

-- The normalised path.
function M.path(context) return context.path end

function M.secure(context) return context.secure end

function M.method(context) return context.method end

-- Port that upstreams are told.
function M.port(context)
  return context.secure and "443" or tostring(context.txn.f:dst_port())
end

-- Target as sent, without the authority of an absolute one; nil for one that is none.
function M.target(context) return context.target end

function M.host(context) return context.host end

-- Values, or lists of them, by names in lower case.
function M.headers(context)
  local headers = {}
  for name, values in pairs(context.txn.http:req_get_headers()) do
    if values[1] == nil then
      headers[name] = values[0]
    else
      local lines = {}
      for index = 0, #values do lines[index + 1] = values[index] end
      headers[name] = lines
    end
  end
  return headers
end

function M.told_scheme(context) return context.told_scheme end

function M.told_host(context) return context.told_host end

function M.told_port(context) return context.told_port end

function M.told_addresses(context) return context.told_addresses end

function M.address(context) return context.address end

function M.request_id(context) return context.request_id end

return M
