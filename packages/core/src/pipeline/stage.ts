import { ROOT_CONTEXT, SpanStatusCode, context, trace } from '@opentelemetry/api';
import type { Attributes, Span, SpanContext } from '@opentelemetry/api';
import { SluiceError, isSluiceError, messageOf } from '../errors.ts';
import { spanTimeMs } from '../observe/span-clock.ts';
import { spanAttributes } from '../observe/span-names.ts';
import type { SpanName } from '../observe/span-names.ts';

const tracer = trace.getTracer('@sluice/core');

/** What a span says besides its name. */
export interface StageFacts {
  readonly attributes?: Attributes;
  /** When it began, milliseconds since 1970; otherwise now. */
  readonly startMs?: number | undefined;
  /** The span that it is a part of, where that is over; otherwise the one that runs. */
  readonly parent?: SpanContext | undefined;
  /** Spans of other traces that it follows from. */
  readonly follows?: readonly SpanContext[];
}

/** Runs one step of the loop in a span of its own. Errors without a code become `SLU4001`, which is retryable. */
export async function stage<T>(name: SpanName, work: (span: Span) => T | Promise<T>, facts?: StageFacts): Promise<T> {
  try {
    return await traced(name, work, facts);
  } catch (error) {
    throw isSluiceError(error) ? error : new SluiceError('SLU4001', `${name} failed: ${messageOf(error)}`, { cause: error });
  }
}

/** Runs a part of a step in a span of its own. Errors pass as they are. */
export async function traced<T>(name: SpanName, work: (span: Span) => T | Promise<T>, facts: StageFacts = {}): Promise<T> {
  const { attributes, startMs = spanTimeMs(), parent, follows = [] } = facts;
  const links = follows.map((followed) => ({ context: followed }));
  const options = { links, startTime: startMs, ...(attributes && { attributes }) };
  const within = parent === undefined ? context.active() : trace.setSpanContext(ROOT_CONTEXT, parent);
  return tracer.startActiveSpan(name, options, within, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
      span.setAttribute(spanAttributes.errorType, isSluiceError(error) ? error.code : nameOf(error));
      throw error;
    } finally {
      span.end(spanTimeMs());
    }
  });
}

/** Tells of a step that is over, as a child of the one that runs. */
export function pastStage(name: SpanName, startMs: number, endMs: number): void {
  tracer.startSpan(name, { startTime: startMs }).end(endMs);
}

/** `error.type` of the semantic conventions: a class of errors, with few values. */
function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '_OTHER';
}
