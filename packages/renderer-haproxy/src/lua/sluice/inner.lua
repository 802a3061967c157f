-- Questions to the internal frontend, which answers for all threads (`shared.lua`) and has backends by their names.

local M = {}

local SOCKET = "unix@inner/internal.sock"

-- The answer to a GET, or a HEAD, with these header lines; nil for none. `url`: what the one who answers gets.
function M.ask(headers, timeout_ms, url, bodiless)
  local client = core.httpclient()
  local ask = bodiless and client.head or client.get
  local answer = ask(client, { url = url or "http://inner.sluice/", headers = headers, dst = SOCKET, timeout = timeout_ms })
  if answer == nil or (answer.status or 0) == 0 then return nil end
  return answer
end

return M
