import {
  AdminRoutesToken,
  ControllerViewToken,
  ListenToken,
  LoggerToken,
  MeasurementsToken,
  RequestMetrics,
  RequestMetricsToken,
  RequestTracingToken,
  coreVersion,
  definePlugin,
} from '@sluice/core';
import type { AdminRoute, ControllerView, Measurement } from '@sluice/core';
import { z } from 'zod';
import { AdminServer } from './admin/admin-server.ts';
import { statusRoutes } from './admin/status-routes.ts';
import { stubStatus } from './admin/stub-status.ts';
import { ControllerMetrics } from './instruments/controller-metrics.ts';
import type { CountedRequests } from './instruments/controller-metrics.ts';
import { requestMetricsOptions, requestOptions } from './instruments/request-options.ts';
import { requestRatio, startTracing, tracesAreWanted } from './tracing/trace-export.ts';
import type { TraceExport } from './tracing/trace-export.ts';

const metricsOptions = z.strictObject({
  controllerClass: z
    .string()
    .min(1)
    .default('k8s.io/ingress-nginx')
    .describe('The label `controller_class` of the metrics of ingress-nginx.'),
  requests: requestOptions,
});

/** The admin server: health, readiness, metrics, status, diagnostics, model and explain, and the pages of other plugins. */
export default definePlugin({
  name: 'metrics',
  core: '^0.1.0',
  config: metricsOptions,
  register(host, options) {
    let server: AdminServer | undefined;
    host.admin((services) => {
      const view = services.get(ControllerViewToken);
      const metrics = services.find(RequestMetricsToken);
      const counted = metrics && { metrics, excluded: options.requests.exclude };
      const measurements = services.get(MeasurementsToken);
      return [...statusRoutes(view), ...metricRoutes(view, { controllerClass: options.controllerClass, counted, measurements })];
    });
    if (options.requests.enabled)
      host.provide(
        RequestMetricsToken,
        (services) => new RequestMetrics(requestMetricsOptions(options.requests), services.get(LoggerToken)),
      );
    let tracing: TraceExport | undefined;
    if (tracesAreWanted(process.env))
      host.provide(RequestTracingToken, () => ({
        get tracer() {
          return tracing?.requests;
        },
        ratio: requestRatio(process.env),
      }));
    // The first run is traced, and whoever asks while connections are drained is answered.
    host.around(async (services) => {
      tracing = await startTracing(process.env, services.get(LoggerToken));
      return async () => {
        await server?.close();
        const ending = tracing;
        tracing = undefined;
        await ending?.stop();
      };
    });
    host.onStart(async (services) => {
      const { admin } = services.get(ListenToken);
      if (admin === undefined) return;
      server = new AdminServer(services.get(AdminRoutesToken));
      const port = await server.listen(admin);
      services.get(LoggerToken).info('admin server listening', { host: admin.host, port });
    });
  },
});

interface MetricParts {
  readonly controllerClass: string;
  readonly counted: CountedRequests | undefined;
  readonly measurements: readonly Measurement[];
}

/** `/metrics` and `/nginx_status`. In a cluster the labels say which pod it is. */
function metricRoutes(view: ControllerView, { controllerClass, counted, measurements }: MetricParts): readonly AdminRoute[] {
  const { POD_NAMESPACE = '', POD_NAME = '' } = process.env;
  const identity = { namespace: POD_NAMESPACE, pod: POD_NAME, controllerClass, version: coreVersion };
  const metrics = new ControllerMetrics(view, identity, counted);
  for (const measurement of measurements) metrics.add(measurement);
  return [
    { path: '/metrics', answer: async () => ({ status: 200, body: await metrics.text(), type: metrics.contentType }) },
    { path: '/nginx_status', answer: () => ({ status: 200, body: stubStatus(view.stats()) }) },
  ];
}

export { AdminServer } from './admin/admin-server.ts';
