import { context, trace } from '@opentelemetry/api';
import type { Tracer } from '@opentelemetry/api';
import { coreVersion, messageOf } from '@sluice/core';
import type { Logger } from '@sluice/core';

/** Environment variables, as OpenTelemetry has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An export that runs. */
export interface TraceExport {
  /** Records everything that is begun with it. */
  readonly requests: Tracer;
  /** Sends away what is left and ends the export. */
  stop(): Promise<void>;
}

/** Share of the requests that have spans although no client asked for it: what the sampler of the environment says, none without one. */
export function requestRatio(environment: Environment): number {
  const sampler = (environment['OTEL_TRACES_SAMPLER'] ?? '').replace(/^parentbased_/, '');
  if (sampler === 'always_on') return 1;
  const ratio = Number(environment['OTEL_TRACES_SAMPLER_ARG'] ?? '1');
  return sampler === 'traceidratio' && ratio >= 0 && ratio <= 1 ? ratio : 0;
}

/** How long a stop waits for the receiver of spans. */
const LAST_MS = 3000;

/**
 * Whether spans are asked for (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/): by
 * `OTEL_TRACES_EXPORTER=otlp`, or by an endpoint without that variable.
 */
export function tracesAreWanted(environment: Environment): boolean {
  if (environment['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false;
  const exporter = environment['OTEL_TRACES_EXPORTER'] ?? '';
  if (exporter !== '') return exporter === 'otlp';
  return ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'].some((name) => (environment[name] ?? '') !== '');
}

/**
 * Exports the spans of this process by OTLP over HTTP where the standard variables ask for it; the SDK is loaded only then. Undefined where
 * they do not.
 */
export async function startTracing(environment: Environment, logger: Logger): Promise<TraceExport | undefined> {
  if (!tracesAreWanted(environment)) {
    const exporter = environment['OTEL_TRACES_EXPORTER'] ?? '';
    if (!['', 'none', 'otlp'].includes(exporter)) logger.warn('traces are exported by otlp alone: there are none', { exporter });
    return undefined;
  }
  const [{ AlwaysOnSampler, BatchSpanProcessor, TracerProvider }, { AsyncLocalStorageContextManager }, { OTLPTraceExporter }, resources] =
    await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const own = resources.resourceFromAttributes({
    'service.name': 'sluice',
    'service.version': coreVersion,
    ...(environment['POD_NAME'] && { 'k8s.pod.name': environment['POD_NAME'] }),
    ...(environment['POD_NAMESPACE'] && { 'k8s.namespace.name': environment['POD_NAMESPACE'] }),
  });
  const detectors = [resources.resourceAttributesEnvDetector, resources.serviceNameEnvDetector];
  const delay = Number(environment['OTEL_BSP_SCHEDULE_DELAY'] ?? '');
  const resource = resources.defaultResource().merge(own).merge(resources.detectResources({ detectors }));
  const spanProcessors = [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...(delay > 0 && { scheduledDelayMillis: delay }) })];
  const provider = new TracerProvider({ resource, spanProcessors });
  // Which requests are recorded is decided before: most have no span at all.
  const requests = new TracerProvider({ resource, spanProcessors, sampler: new AlwaysOnSampler() }).getTracer(
    '@sluice/dataplane',
    coreVersion,
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  logger.info('traces are exported by OTLP');
  const stop = async (): Promise<void> => {
    trace.disable();
    context.disable();
    await provider
      .forceFlush({ timeoutMillis: LAST_MS })
      .then(() => provider.shutdown())
      .catch((error: unknown) => logger.warn('the last traces could not be sent', { error: messageOf(error) }));
  };
  return { requests, stop };
}
