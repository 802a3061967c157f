import { addressRanges, believesOthers, planPattern } from '@sluice/core';
import type { BlockPattern, ServingSettings } from '@sluice/core';
import { line, lines } from '../render/line.ts';
import type { Line } from '../render/line.ts';
import { recordOf } from './record.ts';
import type { MapRecord } from './record.ts';

/** What Lua knows of the settings (`lua/sluice/forwarded.lua`, `blocks.lua`); undefined where they ask for nothing. */
export function settingsRecord(settings: ServingSettings, httpsPort: number): MapRecord | undefined {
  const { userAgents, referers } = settings.blocked;
  const patterns = (list: readonly BlockPattern[]) => list.map(({ pattern, ignoreCase }) => planPattern(pattern, ignoreCase));
  if (!believesOthers(settings.forwarded) && userAgents.length + referers.length === 0) return undefined;
  return recordOf({ ...trustOf(settings, httpsPort), userAgents: patterns(userAgents), referers: patterns(referers) });
}

function trustOf({ forwarded }: ServingSettings, httpsPort: number): object {
  const { peers, way, wholeList, forHeader, hostHeader } = forwarded;
  return {
    peers: addressRanges(peers),
    ...(way && { way: 1 }),
    ...(wholeList && { wholeList: 1 }),
    forHeader,
    hostHeader,
    httpsPort,
  };
}

/** What comes before anything looks at a request: from here on the client is whom others say. */
export function settingLines(settings: ServingSettings, httpsPort: number): readonly Line[] {
  const record = settingsRecord(settings, httpsPort);
  return [
    ...(settings.requestIds.generated ? [] : lines('http-request set-var(txn.sluice_unnamed) bool(1)')),
    ...(record === undefined ? [] : [line('http-request', 'set-var(txn.sluice_settings)', `str(${record.digest})`)]),
    ...(believesOthers(settings.forwarded) ? lines('http-request lua.sluice_told', 'http-request set-src var(txn.sluice_client)') : []),
  ];
}

/** What every upstream is told, as the template of ingress-nginx has it. What the client sent under the names is gone, or said under another one. */
export function forwardedHeaders({ forwarded }: ServingSettings): readonly Line[] {
  return [...(believesOthers(forwarded) ? toldHeaders : seenHeaders), ...commonHeaders];
}

/** The way of the request as HAProxy sees it. */
const seenHeaders: readonly Line[] = lines(
  'http-request lua.sluice_join if { req.fhdr_cnt(x-forwarded-for) ge 2 } or { req.fhdr_cnt(x-forwarded-host) ge 2 }',
  'http-request del-header X-Original-Forwarded-For',
  'http-request set-header X-Original-Forwarded-For %[req.fhdr(x-forwarded-for)] if { req.fhdr(x-forwarded-for) -m found }',
  'http-request del-header X-Original-Forwarded-Host',
  'http-request set-header X-Original-Forwarded-Host %[req.fhdr(x-forwarded-host)] if { req.fhdr(x-forwarded-host) -m found }',
  'http-request set-header X-Forwarded-For %[src]',
  'http-request del-header X-Forwarded-Host',
  'http-request set-header X-Forwarded-Host %[var(txn.sluice_host)] if { var(txn.sluice_host) -m len ge 1 }',
  'http-request set-header X-Forwarded-Port %[dst_port] unless { ssl_fc }',
  'http-request set-header X-Forwarded-Port 443 if { ssl_fc }',
  'http-request set-header X-Forwarded-Proto %[var(txn.sluice_scheme)]',
  'http-request set-header X-Forwarded-Scheme %[var(txn.sluice_scheme)]',
  'http-request set-header X-Scheme %[var(txn.sluice_scheme)]',
);

/** As those say who are believed. */
const toldHeaders: readonly Line[] = lines(
  'http-request del-header X-Original-Forwarded-For',
  'http-request set-header X-Original-Forwarded-For %[var(txn.sluice_original_for)] if { var(txn.sluice_original_for) -m len ge 1 }',
  'http-request del-header X-Original-Forwarded-Host',
  'http-request set-header X-Original-Forwarded-Host %[var(txn.sluice_original_host)] if { var(txn.sluice_original_host) -m len ge 1 }',
  'http-request set-header X-Forwarded-For %[var(txn.sluice_told_addresses)]',
  'http-request del-header X-Forwarded-Host',
  'http-request set-header X-Forwarded-Host %[var(txn.sluice_host)] if { var(txn.sluice_host) -m len ge 1 }',
  'http-request set-header X-Forwarded-Host %[var(txn.sluice_told_host)] if { var(txn.sluice_told_host) -m len ge 1 }',
  'http-request set-header X-Forwarded-Port %[var(txn.sluice_told_port)]',
  'http-request set-header X-Forwarded-Proto %[var(txn.sluice_told_scheme)]',
  'http-request set-header X-Forwarded-Scheme %[var(txn.sluice_told_scheme)]',
  'http-request set-header X-Scheme %[var(txn.sluice_told_scheme)]',
);

const commonHeaders: readonly Line[] = lines(
  'http-request del-header X-Request-ID',
  'http-request set-header X-Request-ID %[var(txn.sluice_request_id)] if { var(txn.sluice_request_id) -m len ge 1 }',
  'http-request set-header X-Real-IP %[src]',
  'http-request del-header Proxy',
  'http-request del-header TE',
  'http-request del-header Keep-Alive',
  'http-request set-var(txn.sluice_upgrade) bool(1) if { req.hdr(connection) -m str -i upgrade }',
  'http-request del-header Connection',
  'http-request set-header Connection upgrade if { var(txn.sluice_upgrade) -m found }',
  'http-request del-header Upgrade if { req.fhdr(upgrade) -m sub -i h2c }',
);
