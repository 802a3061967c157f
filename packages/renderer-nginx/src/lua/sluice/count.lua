-- Counts requests by what their routes are called (`$sluice_rule`), in this worker, and hands what has come together over to the controller through
-- the shared dict `sluice_counts` four times a second: a queue of batches. When that is full, because nobody fetches them, the worker goes on counting.

local dict = ngx.shared.sluice_counts
local var = ngx.var
local concat, format, tonumber = table.concat, string.format, tonumber

local INTERVAL = 0.25

-- Clients can make up any number of methods.
local METHODS = {}
for _, name in ipairs({
  "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "MKCOL", "COPY", "MOVE",
}) do METHODS[name] = name end

-- Cells by the name of a series, as `HistogramLayout` of the core lays them out.
local pending = {}
local histograms, length

local _M = {}

-- Bounds of the histograms, in the order of the layout: `{ { 0.005, ... }, ... }`.
function _M.setup(bounds)
  histograms, length = {}, 1
  for index, one in ipairs(bounds) do
    histograms[index] = { bounds = one, at = length + 1 }
    length = length + #one + 2
  end
end

local function observe(cells, histogram, value)
  if not value then return end
  local at, bounds = histogram.at, histogram.bounds
  cells[at] = cells[at] + value
  local bucket = 1
  while bounds[bucket] and value > bounds[bucket] do bucket = bucket + 1 end
  at = at + bucket
  cells[at] = cells[at] + 1
end

local function cells_of(name)
  local cells = pending[name]
  if cells == nil then
    cells = {}
    for index = 1, length do cells[index] = 0 end
    pending[name] = cells
  end
  return cells
end

-- The log phase. Times of several tries are no number, and count nowhere. `canary` is the name of the upstream of one that took the request.
function _M.log(canary)
  if not histograms then return end
  local name = format("%d %s %s %s", ngx.status, METHODS[var.request_method] or "OTHER", canary or "", var.sluice_rule or "")
  local cells = cells_of(name)
  cells[1] = cells[1] + 1
  local sent = tonumber(var.bytes_sent)
  observe(cells, histograms[1], tonumber(var.request_time))
  observe(cells, histograms[2], tonumber(var.upstream_response_time))
  observe(cells, histograms[3], tonumber(var.upstream_header_time))
  observe(cells, histograms[4], tonumber(var.upstream_connect_time))
  observe(cells, histograms[5], tonumber(var.request_length))
  observe(cells, histograms[6], sent)
  observe(cells, histograms[7], sent)
end

-- `LENGTH:NAME` and the cells that are not zero, as `POSITION=VALUE` with commas between, for each series; lines end the cells.
local function encoded()
  local parts, count = {}, 0
  for name, cells in pairs(pending) do
    local told = {}
    for index = 1, length do
      if cells[index] ~= 0 then told[#told + 1] = format("%d=%.9g", index - 1, cells[index]) end
    end
    count = count + 1
    parts[count] = format("%d:%s%s\n", #name, name, concat(told, ","))
  end
  return concat(parts)
end

-- Hands over what has come together.
function _M.flush()
  if next(pending) == nil then return end
  if dict:rpush("batches", encoded()) then pending = {} end
end

-- The init_worker phase.
function _M.start()
  if not histograms then return end
  local ok, why = ngx.timer.every(INTERVAL, function() _M.flush() end)
  if not ok then ngx.log(ngx.ERR, "requests are told when the worker ends only: ", why) end
end

-- What all workers have handed over since the last time.
function _M.take()
  local batches, count = {}, 0
  repeat
    local batch = dict and dict:lpop("batches")
    count = count + 1
    batches[count] = batch
  until batch == nil
  return concat(batches)
end

return _M
