import { SpanStatusCode, trace } from '@opentelemetry/api';
import { SluiceError, isSluiceError, messageOf } from '../errors.ts';
import type { SpanName } from '../observe/span-names.ts';

const tracer = trace.getTracer('@sluice/core');

/** Runs one step of the loop in a span of its own. Errors without a code become `SLU4001`, which is retryable. */
export async function stage<T>(name: SpanName, work: () => T | Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, async (span) => {
    try {
      return await work();
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
      throw isSluiceError(error) ? error : new SluiceError('SLU4001', `${name} failed: ${messageOf(error)}`, { cause: error });
    } finally {
      span.end();
    }
  });
}
