import type { AccessLog } from './access-log.ts';
import type { RequestHead } from './request-head.ts';
import { header } from './header-table.ts';
import { newRequestId } from './request-id.ts';

/** What must be remembered of a request while its exchange lasts. Reused from request to request. */
export class RequestFacts {
  timeMs = 0;
  startMs = 0;
  method = '';
  host = '';
  target = '';
  minor = 1;
  requestId = '';
  userAgent = '';
  referer = '';
  /** The client keeps the connection open. */
  persistent = false;
  upgrade = false;
  expectContinue = false;
  /** Length of the head plus the body bytes so far. */
  requestBytes = 0;
  bytesSent = 0;
  status = 0;
  upstream = '';
  route = '';

  /** Forgets the last request; enough for one that was refused while its head was read. */
  clear(): void {
    this.timeMs = Date.now();
    this.startMs = performance.now();
    this.method = '';
    this.host = '';
    this.target = '';
    this.minor = 1;
    this.requestId = '';
    this.userAgent = '';
    this.referer = '';
    this.persistent = false;
    this.upgrade = false;
    this.expectContinue = false;
    this.requestBytes = 0;
    this.bytesSent = 0;
    this.status = 0;
    this.upstream = '';
    this.route = '';
  }

  /** Takes over what the head says. `logged`: the texts that only the access log needs are wanted too. */
  read(bytes: Buffer, head: RequestHead, logged: boolean): void {
    const { fields } = head;
    this.clear();
    this.method = head.method(bytes);
    this.host = head.routingHost;
    this.target = head.target;
    this.minor = head.line.minor;
    this.persistent = head.persistent;
    this.upgrade = head.upgrade;
    this.expectContinue = head.expectContinue && head.line.minor === 1;
    this.requestBytes = (fields.nameStart[fields.count] ?? 0) + 2 - head.line.start;
    this.requestId = fields.text(bytes, fields.find(header.requestId)) || newRequestId();
    if (!logged) return;
    this.userAgent = fields.text(bytes, fields.find(header.userAgent));
    this.referer = fields.text(bytes, fields.find(header.referer));
  }

  get bodiless(): boolean {
    return this.method === 'HEAD';
  }

  /** Whether sending the request twice may do something twice: as nginx's `non_idempotent` in proxy_next_upstream. */
  get idempotent(): boolean {
    return this.method !== 'POST' && this.method !== 'PATCH' && this.method !== 'LOCK';
  }

  /** Writes the access record. */
  log(accessLog: AccessLog, client: string): void {
    const { timeMs, method, host, target, status, requestBytes, bytesSent, upstream, route, requestId, userAgent, referer } = this;
    accessLog.record({
      timeMs,
      client,
      method,
      host,
      target,
      protocol: this.minor === 1 ? 'HTTP/1.1' : 'HTTP/1.0',
      status,
      requestBytes,
      bytesSent,
      durationMs: performance.now() - this.startMs,
      upstream,
      route,
      requestId,
      ...(userAgent === '' ? {} : { userAgent }),
      ...(referer === '' ? {} : { referer }),
    });
  }
}
