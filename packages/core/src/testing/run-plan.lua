-- Runs plans of the standard input (bencode: lists of plan and request) and prints what becomes of each, for shared-lua.test.ts. Patterns of the
-- tests mean the same to Lua as to PCRE.

package.path = arg[1] .. "?.lua;" .. package.path

package.preload["sluice.platform"] = function()
  local M = {}
  function M.match(text, pattern)
    local found = { string.find(text, (string.gsub(pattern.pattern, "^%(%?i%)", ""))) }
    if found[1] == nil then return nil end
    local groups = { [0] = string.sub(text, found[1], found[2]) }
    for i = 3, #found do groups[i - 2] = found[i] end
    return groups
  end
  function M.found(text, pattern) return M.match(text, pattern) ~= nil end
  function M.now() return 4102444800.5 end
  function M.md5(text) return text end
  function M.worker_id() return 1 end
  return M
end

package.preload["sluice.request"] = function()
  local M = {}
  for _, key in ipairs({ "path", "method", "port", "target", "host", "headers", "address", "request_id" }) do
    M[key] = function(handle) return handle[key] end
  end
  function M.secure(handle) return handle.secure == 1 end
  return M
end

local request = require("sluice.plan_request")
local route = require("sluice.plan_route")

local function show(edits)
  local lines = {}
  for i, edit in ipairs(edits) do lines[i] = edit.op .. " " .. edit.name .. ": " .. edit.value end
  return table.concat(lines, ", ")
end

local function outcome_of(plan, asked)
  local src = request.new(plan.host, asked)
  route.prepare(plan)
  local run = route.begin(plan, src)
  local outcome = route.finish(plan, src, run)
  local said = "[" .. show(run.edits) .. "]"
  if outcome.status == nil then return "forward " .. (outcome.target or "") .. " [" .. show(outcome.edits) .. "] " .. said end
  return outcome.status .. " " .. (outcome.location or outcome.text or "") .. " " .. said
end

local cases = assert(require("sluice.bencode").decode(io.read("*a")))
for _, case in ipairs(cases) do print(outcome_of(case[1], case[2])) end

local ring = require("sluice.ring")
local points = ring.new({ "10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80" })
local homes = {}
for i = 1, 12 do homes[i] = points:find("key" .. i) end
print(string.format("%.0f %s", ring.hash("abc"), table.concat(homes, "")))

local affinity = { name = "r", key = "k", expires = 60, maxage = 61, samesite = "None", conditional = 1 }
for _, agent in ipairs({ "Macintosh; Intel Mac OS X 10_14_1 Safari/6", "Macintosh; Intel Mac OS X 10_14_1 Chrome/80 Safari/6" }) do
  local src = request.new("a", { path = "/", secure = 1, headers = { ["user-agent"] = agent } })
  print(require("sluice.affinity_cookie").line(src, affinity, "e", "/p"))
end

local upstream = { endpoints = { "a", "b" }, namespace = "n", service = "s", port = "1", affinity = { mode = "persistent", name = "r" } }
local wish = { tried = {} }
local position = require("sluice.picker").of(upstream).pick(wish)
print(wish.new_cookie == "n-s-1" .. upstream.endpoints[position + 1])
