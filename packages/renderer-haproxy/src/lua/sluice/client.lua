-- What a host makes of the certificate of a client (`checkClient` of the core). HAProxy has looked at it; nothing has ended the handshake.

local platform = require("sluice.platform")
local request = require("sluice.plan_request")
local tables = require("sluice.tables")

local format, gsub = string.format, string.gsub

local M = {}

-- Its authority is not known (nginx `ngx_ssl_verify_error_optional`).
local UNKNOWN_AUTHORITY = { [2] = true, [18] = true, [19] = true, [20] = true, [21] = true, [27] = true }

-- `X509_verify_cert_error_string` of the usual ones.
local REASONS = {
  [2] = "unable to get issuer certificate", [7] = "certificate signature failure", [9] = "certificate is not yet valid",
  [10] = "certificate has expired", [18] = "self-signed certificate", [19] = "self-signed certificate in certificate chain",
  [20] = "unable to get local issuer certificate", [21] = "unable to verify the first certificate", [22] = "certificate chain too long",
  [23] = "certificate revoked", [24] = "invalid CA certificate", [26] = "unsupported certificate purpose",
  [27] = "certificate not trusted",
}

-- The error of the check; 0 for none.
local function error_of(txn)
  for _, read in ipairs({ "ssl_c_ca_err", "ssl_c_err", "ssl_c_verify" }) do
    local code = tonumber(txn.sf[read](txn.sf)) or 0
    if code ~= 0 then return code end
  end
  return 0
end

local function certificate(txn)
  local used = txn.f:ssl_c_used()
  if used ~= 1 and used ~= true then return nil end
  return { code = error_of(txn), subject = txn.sf:ssl_c_s_dn("", 0, "rfc2253"), issuer = txn.sf:ssl_c_i_dn("", 0, "rfc2253") }
end

local function escape(text)
  return (gsub(text, "[^%w%-._~]", function(char) return format("%%%02X", string.byte(char)) end))
end

-- PEM, as nginx has it in `$ssl_client_escaped_cert`.
local function pem(txn)
  local encoded = platform.converters():base64(txn.sf:ssl_c_der())
  local lines = gsub(encoded, string.rep(".", 64), "%0\n")
  if string.sub(lines, -1) ~= "\n" then lines = lines .. "\n" end
  return escape("-----BEGIN CERTIFICATE-----\n" .. lines .. "-----END CERTIFICATE-----\n")
end

-- What whoever is asked learns of the client.
local function edits_of(txn, auth, shown, secure)
  local verify = secure and "NONE" or ""
  if shown then verify = shown.code == 0 and "SUCCESS" or "FAILED:" .. (REASONS[shown.code] or "error " .. shown.code) end
  local function line(name, value)
    return { op = value == "" and "remove" or "set", name = name, value = value }
  end
  return {
    line("ssl-client-cert", auth.pass and shown and pem(txn) or ""),
    line("ssl-client-verify", verify),
    line("ssl-client-subject-dn", shown and shown.subject or ""),
    line("ssl-client-issuer-dn", shown and shown.issuer or ""),
  }
end

local function refused_certificate(auth, shown)
  if shown == nil then return auth.mode == "on" end
  if shown.code == 0 then return false end
  return not (auth.mode == "optional_no_ca" and UNKNOWN_AUTHORITY[shown.code])
end

-- Whether the handshake was for another host than the request: with the name of one, or without a name and with a certificate that was held
-- against other authorities.
local function misdirected(context, auth, src, shown)
  local asked, host = string.lower(context.txn.sf:ssl_fc_sni()), request.canonical_host(src)
  if asked ~= "" and asked ~= host then return true end
  return shown ~= nil and tables.checked(asked) ~= auth.checked
end

-- What ends the request: `{ status, location }`; nil lets it pass.
function M.check(context, auth, src)
  if auth.refused then return { status = 403 } end
  local looks = context.secure and auth.mode ~= "off"
  local shown = nil
  if looks then
    shown = certificate(context.txn)
    if misdirected(context, auth, src, shown) then return { status = 421 } end
    if refused_certificate(auth, shown) then
      if auth.errorPage then return { status = 302, location = auth.errorPage } end
      return { status = 400 }
    end
  end
  if auth.subject and not platform.found(shown and shown.subject or "", auth.subject) then return { status = 403 } end
  context.client_edits = edits_of(context.txn, auth, shown, context.secure)
  return nil
end

return M
