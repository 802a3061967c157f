import { lines } from '../render/line.ts';
import type { Line } from '../render/line.ts';

/** What every upstream is told, as the template of ingress-nginx has it. What the client sent under the names is gone, or said under another one. */
export const forwardedHeaders: readonly Line[] = lines(
  'http-request lua.sluice_join if { req.fhdr_cnt(x-forwarded-for) ge 2 } or { req.fhdr_cnt(x-forwarded-host) ge 2 }',
  'http-request del-header X-Original-Forwarded-For',
  'http-request set-header X-Original-Forwarded-For %[req.fhdr(x-forwarded-for)] if { req.fhdr(x-forwarded-for) -m found }',
  'http-request del-header X-Original-Forwarded-Host',
  'http-request set-header X-Original-Forwarded-Host %[req.fhdr(x-forwarded-host)] if { req.fhdr(x-forwarded-host) -m found }',
  'http-request set-header X-Request-ID %[var(txn.sluice_request_id)]',
  'http-request set-header X-Real-IP %[src]',
  'http-request set-header X-Forwarded-For %[src]',
  'http-request del-header X-Forwarded-Host',
  'http-request set-header X-Forwarded-Host %[var(txn.sluice_host)] if { var(txn.sluice_host) -m len ge 1 }',
  'http-request set-header X-Forwarded-Port %[dst_port] unless { ssl_fc }',
  'http-request set-header X-Forwarded-Port 443 if { ssl_fc }',
  'http-request set-header X-Forwarded-Proto %[var(txn.sluice_scheme)]',
  'http-request set-header X-Forwarded-Scheme %[var(txn.sluice_scheme)]',
  'http-request set-header X-Scheme %[var(txn.sluice_scheme)]',
  'http-request del-header Proxy',
  'http-request del-header TE',
  'http-request del-header Keep-Alive',
  'http-request set-var(txn.sluice_upgrade) bool(1) if { req.hdr(connection) -m str -i upgrade }',
  'http-request del-header Connection',
  'http-request set-header Connection upgrade if { var(txn.sluice_upgrade) -m found }',
  'http-request del-header Upgrade if { req.fhdr(upgrade) -m sub -i h2c }',
);
