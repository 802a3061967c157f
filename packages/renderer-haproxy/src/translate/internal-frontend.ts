import { line, lines } from '../render/line.ts';
import type { Line, SectionTree } from '../render/line.ts';
import { readTimeout } from './backend-class.ts';
import type { Deployment } from './deployment.ts';

/** A socket for HAProxy itself alone; workers are another user than the master where that is root. */
function innerBind(name: string, { user }: Deployment): Line {
  return line('bind', `unix@inner/${name}.sock`, ...(user === undefined ? ['mode', 600] : ['mode', 660, 'group', user.group]));
}

/**
 * Where Lua asks default backends for their pages and the counter of limits, and where requests go whose errors are answered by such pages. It is one
 * socket: HAProxy's own client does not tell its connections to one apart from those to another. The counter runs in the one state of Lua that all
 * threads share; a request runs Lua in one state alone.
 */
export function internalSection(deployment: Deployment): SectionTree {
  return {
    label: 'the internal frontend',
    head: ['frontend', 'sluice_internal', 'from', 'sluice'],
    lines: [
      innerBind('internal', deployment),
      ...lines(
        'option accept-invalid-http-request',
        'http-response set-var(txn.sluice_answered) bool(1)',
        // Only this frontend says it.
        'http-response del-header x-sluice- -m beg',
        'http-response set-header X-Sluice-Endpoint %si:%sp',
        'http-after-response set-header X-Sluice-Own 1 unless { var(txn.sluice_answered) -m found }',
        'http-request lua.sluice_memory if { req.fhdr(x-sluice-answer) -m found }',
        'http-request return status 200 hdr X-Sluice-Kept %[var(txn.sluice_kept)] if { req.fhdr(x-sluice-answer) -m found }',
        'http-request lua.sluice_limit if { req.fhdr(x-sluice-limit) -m found }',
        'http-request return status 503 if { var(txn.sluice_limited) -m found }',
        'http-request return status 200 if { req.fhdr(x-sluice-limit) -m found }',
        'http-request set-var(txn.sluice_backend) req.fhdr(x-sluice-backend)',
        'http-request set-var(txn.sluice_server) req.fhdr(x-sluice-server) if { req.fhdr(x-sluice-server) -m found }',
        'http-request set-var(txn.sluice_read_ms) req.fhdr(x-sluice-read-ms),add(0) if { req.fhdr(x-sluice-read-ms) -m found }',
        'http-request del-header x-sluice- -m beg',
        'use_backend %[var(txn.sluice_backend)]',
        'default_backend sluice_failed',
      ),
    ],
  };
}

/** The way from the frontend of clients to the internal one. */
export const loopSection: SectionTree = {
  label: 'the way to the internal frontend',
  head: ['backend', 'sluice_loop', 'from', 'sluice'],
  lines: [
    ...readTimeout('txn.sluice_loop_ms'),
    ...lines(
      'http-response set-var(txn.sluice_endpoint) res.fhdr(x-sluice-endpoint)',
      'http-response del-header x-sluice-endpoint',
      'http-response lua.sluice_response if { var(txn.sluice_response) -m found }',
      'server internal unix@inner/internal.sock',
    ),
  ],
};
