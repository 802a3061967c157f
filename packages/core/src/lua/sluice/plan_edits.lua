-- Changes of header lines. An edit has op (`set`, `add`, `remove`), name, value and, for some answers only, a set of statuses; a name that
-- ends in `*` stands for all that begin so. Same results as the core's HeaderEdit.

local gsub, lower, sub = string.gsub, string.lower, string.sub

local M = {}

-- They belong to the connection or the message: a change of all names with some beginning leaves them alone.
local FRAMING = {
  connection = true,
  ["content-length"] = true,
  ["keep-alive"] = true,
  ["proxy-connection"] = true,
  te = true,
  trailer = true,
  ["transfer-encoding"] = true,
  upgrade = true,
}

-- The beginning that a name stands for, in lower case; nil where it stands for itself.
function M.prefix(name)
  return sub(name, -1) == "*" and lower(sub(name, 1, -2)) or nil
end

-- Whether a name, in lower case, is one of those that some beginning stands for.
function M.begins(name, beginning)
  return sub(name, 1, #beginning) == beginning and not FRAMING[name]
end

-- Bytes that could end a line are left out.
function M.clean(value)
  return (gsub(value, "[^\t\32-\126\128-\255]", ""))
end

-- Whether an edit is for answers with this status.
function M.holds(edit, status)
  return edit.statuses == nil or edit.statuses[status] ~= nil
end

-- What becomes of the lines of one header, whose name is in lower case.
function M.lines(key, lines, edits)
  for _, edit in ipairs(edits) do
    local beginning = M.prefix(edit.name)
    if lower(edit.name) == key or (beginning and M.begins(key, beginning)) then
      local kept = {}
      if edit.op == "add" then
        for i, line in ipairs(lines) do kept[i] = line end
      end
      if edit.op ~= "remove" then kept[#kept + 1] = M.clean(edit.value) end
      lines = kept
    end
  end
  return lines
end

return M
