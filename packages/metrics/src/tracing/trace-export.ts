import { context, trace } from '@opentelemetry/api';
import { coreVersion, messageOf } from '@sluice/core';
import type { Logger } from '@sluice/core';

/** Environment variables, as OpenTelemetry has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Sends away what is left and ends the export. */
export type StopTracing = () => Promise<void>;

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
export async function startTracing(environment: Environment, logger: Logger): Promise<StopTracing | undefined> {
  if (!tracesAreWanted(environment)) {
    const exporter = environment['OTEL_TRACES_EXPORTER'] ?? '';
    if (!['', 'none', 'otlp'].includes(exporter)) logger.warn('traces are exported by otlp alone: there are none', { exporter });
    return undefined;
  }
  const [{ BatchSpanProcessor, TracerProvider }, { AsyncLocalStorageContextManager }, { OTLPTraceExporter }, resources] = await Promise.all(
    [
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/context-async-hooks'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ],
  );
  const own = resources.resourceFromAttributes({
    'service.name': 'sluice',
    'service.version': coreVersion,
    ...(environment['POD_NAME'] && { 'k8s.pod.name': environment['POD_NAME'] }),
    ...(environment['POD_NAMESPACE'] && { 'k8s.namespace.name': environment['POD_NAMESPACE'] }),
  });
  const detectors = [resources.resourceAttributesEnvDetector, resources.serviceNameEnvDetector];
  const delay = Number(environment['OTEL_BSP_SCHEDULE_DELAY'] ?? '');
  const provider = new TracerProvider({
    resource: resources.defaultResource().merge(own).merge(resources.detectResources({ detectors })),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter(), ...(delay > 0 && { scheduledDelayMillis: delay }) })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(provider);
  logger.info('traces are exported by OTLP');
  return async () => {
    trace.disable();
    context.disable();
    await provider
      .forceFlush({ timeoutMillis: LAST_MS })
      .then(() => provider.shutdown())
      .catch((error: unknown) => logger.warn('the last traces could not be sent', { error: messageOf(error) }));
  };
}
