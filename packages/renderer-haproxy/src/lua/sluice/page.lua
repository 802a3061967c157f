-- Answers that are made here.

local edits = require("sluice.plan_edits")
local text = require("sluice.text")

local lower = string.lower

local M = {}

-- The reason phrases of nginx.
local REASONS = {
  [200] = "OK", [201] = "Created", [202] = "Accepted", [204] = "No Content", [206] = "Partial Content",
  [301] = "Moved Permanently", [302] = "Moved Temporarily", [303] = "See Other", [304] = "Not Modified",
  [307] = "Temporary Redirect", [308] = "Permanent Redirect",
  [400] = "Bad Request", [401] = "Unauthorized", [402] = "Payment Required", [403] = "Forbidden", [404] = "Not Found",
  [405] = "Not Allowed", [406] = "Not Acceptable", [408] = "Request Time-out", [409] = "Conflict", [410] = "Gone",
  [411] = "Length Required", [412] = "Precondition Failed", [413] = "Request Entity Too Large", [414] = "Request-URI Too Large",
  [415] = "Unsupported Media Type", [416] = "Requested Range Not Satisfiable", [421] = "Misdirected Request",
  [429] = "Too Many Requests", [431] = "Request Header Fields Too Large",
  [500] = "Internal Server Error", [501] = "Not Implemented", [502] = "Bad Gateway", [503] = "Service Temporarily Unavailable",
  [504] = "Gateway Time-out", [505] = "HTTP Version Not Supported", [507] = "Insufficient Storage",
}

local TITLES = { [302] = "Found", [401] = "Authorization Required" }

-- After these nginx closes the connection.
local LAST = { [400] = true, [413] = true, [414] = true, [500] = true, [501] = true }

local NO_ANSWER = 444

local function page_of(status)
  local reason = TITLES[status] or REASONS[status]
  if reason == nil or status < 300 then return "" end
  local title = status .. " " .. reason
  return "<html>\r\n<head><title>" .. title .. "</title></head>\r\n<body>\r\n<center><h1>" .. title
    .. "</h1></center>\r\n<hr><center>sluice</center>\r\n</body>\r\n</html>\r\n"
end

local dated, date = 0, ""

local function now()
  local seconds = core.now().sec
  if seconds ~= dated then dated, date = seconds, os.date("!%a, %d %b %Y %H:%M:%S GMT", seconds) end
  return date
end

-- Lines of an answer, `{ name, value }`, after the edits that are for its status.
local function edited(lines, changes, status)
  for _, edit in ipairs(changes) do
    if edits.holds(edit, status) then
      local beginning, name = edits.prefix(edit.name), lower(edit.name)
      if edit.op ~= "add" then
        local kept = {}
        for _, line in ipairs(lines) do
          local key = lower(line[1])
          if key ~= name and not (beginning and edits.begins(key, beginning)) then kept[#kept + 1] = line end
        end
        lines = kept
      end
      local value = edits.clean(edit.value or "")
      if edit.op ~= "remove" and value ~= "" then lines[#lines + 1] = { edit.name, value } end
    end
  end
  return lines
end

-- Ends the request. `answer`: status, `location`, or `text` instead of the page that goes with the status. `changes`: of its header lines.
function M.send(context, answer, changes)
  local txn, status = context.txn, answer.status
  if status == NO_ANSWER then
    txn:set_var("txn.sluice_hang_up", 1)
    return
  end
  local lines = { { "Date", now() } }
  if status ~= 204 then lines[#lines + 1] = { "Content-Type", "text/html" } end
  if answer.location then lines[#lines + 1] = { "Location", text.escape_controls(answer.location) } end
  if LAST[status] or answer.last or context.version == "1.0" then lines[#lines + 1] = { "Connection", "close" } end
  local reply = txn:reply({ status = status, reason = REASONS[status] or "" })
  for _, line in ipairs(edited(lines, changes or {}, status)) do
    if lower(line[1]) ~= "content-length" then reply:add_header(line[1], line[2]) end
  end
  if status ~= 204 then reply:set_body(answer.text or page_of(status)) end
  txn:set_var("txn.sluice_answered", 1)
  txn:done(reply)
end

return M
