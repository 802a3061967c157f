import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Span, SpanContext } from '@opentelemetry/api';
import { SluiceError, isSluiceError, messageOf } from '../errors.ts';
import type { SpanName } from '../observe/span-names.ts';

const tracer = trace.getTracer('@sluice/core');

/** What a span says besides its name. */
export interface StageFacts {
  readonly attributes?: Attributes;
  /** When it began, milliseconds since 1970; otherwise now. */
  readonly startMs?: number | undefined;
  /** Spans of other traces that it follows from. */
  readonly follows?: readonly SpanContext[];
}

/** Runs one step of the loop in a span of its own. Errors without a code become `SLU4001`, which is retryable. */
export async function stage<T>(
  name: SpanName,
  work: (span: Span) => T | Promise<T>,
  { attributes, startMs, follows = [] }: StageFacts = {},
): Promise<T> {
  const links = follows.map((context) => ({ context }));
  const options = { links, ...(attributes && { attributes }), ...(startMs !== undefined && { startTime: startMs }) };
  return tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
      throw isSluiceError(error) ? error : new SluiceError('SLU4001', `${name} failed: ${messageOf(error)}`, { cause: error });
    } finally {
      span.end();
    }
  });
}

/** Tells of a step that is over by now, as a child of the one that runs. */
export function pastStage(name: SpanName, startMs: number): void {
  tracer.startSpan(name, { startTime: startMs }).end();
}
