import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Span } from '@opentelemetry/api';
import { requestSpanAttributes as names } from '@sluice/core';
import type { RequestTracing, TracingSettings } from '@sluice/core';
import { header } from './header-table.ts';
import type { HeaderEdits } from './header-edits.ts';
import type { RequestFacts } from './request-facts.ts';
import type { RequestHead } from './request-head.ts';

/** W3C Trace Context section 3.2: version, trace id, parent id, flags; later versions may have more behind it. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;
const SAMPLED = 1;

/** What a client says about its trace. */
interface Parent {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/** The span of one request, where it has one. Reused from request to request. */
export class RequestTrace {
  readonly #tracing: RequestTracing;
  #span: Span | undefined;

  constructor(tracing: RequestTracing) {
    this.#tracing = tracing;
  }

  /** Decides about the request; where it has a span, its upstream is told of it. What clients say passes through otherwise. */
  begin(bytes: Buffer, head: RequestHead, settings: TracingSettings, edits: HeaderEdits): void {
    this.#span = undefined;
    const { tracer } = this.#tracing;
    if (tracer === undefined) return;
    const line = head.fields.find(header.traceparent);
    const parent = line < 0 || !settings.trustIncoming ? undefined : parentOf(head.fields.text(bytes, line));
    if (!this.#isSampled(parent, settings)) return;
    const span = tracer.startSpan('HTTP', { kind: SpanKind.SERVER }, contextOf(parent));
    const { traceId, spanId } = span.spanContext();
    edits.set('traceparent', `00-${traceId}-${spanId}-01`);
    if (parent === undefined) edits.remove('tracestate');
    this.#span = span;
  }

  /** The request is over. */
  end(facts: RequestFacts, { operationName }: TracingSettings): void {
    const span = this.#span;
    if (span === undefined) return;
    this.#span = undefined;
    const route = facts.labels?.path;
    span.updateName(operationName || (route === undefined ? facts.method : `${facts.method} ${route}`) || 'HTTP');
    span.setAttributes(attributesOf(facts));
    if (facts.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  }

  #isSampled(parent: Parent | undefined, { enabled, ratio, parentBased }: TracingSettings): boolean {
    if (parent !== undefined && parentBased) return (parent.traceFlags & SAMPLED) === SAMPLED;
    const share = enabled ? ratio : this.#tracing.ratio;
    return share > 0 && Math.random() < share;
  }
}

function parentOf(text: string): Parent | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text) ?? [];
  return traceId === undefined || spanId === undefined ? undefined : { traceId, spanId, traceFlags: Number.parseInt(flags ?? '0', 16) };
}

function contextOf(parent: Parent | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, { ...parent, isRemote: true });
}

/** Semantic conventions for HTTP servers (https://opentelemetry.io/docs/specs/semconv/http/http-spans/). */
function attributesOf(facts: RequestFacts): Attributes {
  const { labels, status, tries } = facts;
  const query = facts.target.indexOf('?');
  const endpoint = tries.at(-1)?.address;
  return {
    [names.method]: facts.method,
    [names.scheme]: facts.secure ? 'https' : 'http',
    [names.path]: query < 0 ? facts.target : facts.target.slice(0, query),
    [names.client]: facts.clientAddress,
    [names.host]: facts.authority,
    [names.protocol]: facts.minor === 1 ? '1.1' : '1.0',
    [names.status]: status,
    ...(status >= 500 && { [names.error]: String(status) }),
    ...(labels && {
      [names.route]: labels.path,
      [names.namespace]: labels.namespace,
      [names.ingress]: labels.ingress,
      [names.service]: labels.service,
    }),
    ...(endpoint !== undefined && { [names.endpoint]: endpoint }),
    [names.requestId]: facts.requestId,
  };
}
