-- What the modules that data planes have in common need of nginx.

local M = {}

local function options_of(pattern)
  return pattern.ignoreCase and "ijo" or "jo"
end

-- The groups of the first match, the whole of it as 0; nil for none. A pattern that would go on for too long is given up with the request.
function M.match(text, pattern)
  local groups, err = ngx.re.match(text, pattern.pattern, options_of(pattern))
  if err then
    ngx.log(ngx.ERR, "a pattern of a snippet or rewrite was given up: ", err)
    ngx.exit(500)
  end
  return groups
end

-- Whether a text has a match; one that would take too long is none.
function M.found(text, pattern)
  return ngx.re.find(text, pattern.pattern, options_of(pattern)) ~= nil
end

-- Seconds, with a fraction.
M.now = ngx.now

-- In hexadecimal.
M.md5 = ngx.md5

-- Tells workers apart.
M.worker_id = ngx.worker.pid

return M
