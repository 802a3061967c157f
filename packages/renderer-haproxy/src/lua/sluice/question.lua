-- Header lines of what HAProxy's own client is made to ask about a request. Lists of values by names in lower case.

local edits = require("sluice.plan_edits")
local request = require("sluice.plan_request")

local M = {}

-- HAProxy dies of a question with more lines than a message may have (`tune.http.maxhdr` of `translate/process-sections.ts`).
local MOST_LINES = 384

local function set_of(names)
  local set = {}
  for name in string.gmatch(names, "%S+") do set[name] = true end
  return set
end

-- What is about the connection or the body of the request, and `names` between blanks.
function M.left_out(names)
  return set_of("connection content-length expect host keep-alive te trailer transfer-encoding upgrade " .. names)
end

-- The lines of the request but those that are left out; `own` goes before what the client says under a name, and says nothing where it is
-- empty. Nil when they are too many for a question.
function M.lines(src, left_out, own)
  local lines, count = {}, 0
  for name, value in pairs(request.headers(src)) do
    if not left_out[name] and own[name] == nil then
      lines[name] = type(value) == "table" and value or { value }
      count = count + #lines[name]
    end
  end
  for name, said in pairs(own) do
    local value = edits.clean(said)
    if value ~= "" then lines[name], count = { value }, count + 1 end
  end
  return count <= MOST_LINES and lines or nil
end

return M
