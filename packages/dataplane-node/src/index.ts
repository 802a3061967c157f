import { ListenToken, LoggerToken, RequestMetricsToken, RequestTracingToken, definePlugin } from '@sluice/core';
import { NodeDataplane } from './apply/node-dataplane.ts';
import { NodeReloader } from './apply/node-reloader.ts';
import { nodeOptions } from './options.ts';
import { nodeRenderer } from './translate/node-renderer.ts';

/** The native data plane as the backend `node`. */
export default definePlugin({
  name: 'node',
  core: '^0.1.0',
  config: nodeOptions,
  register(host, options) {
    host.backend('node', (services) => {
      const dataplane = new NodeDataplane({
        options,
        listen: services.get(ListenToken),
        logger: services.get(LoggerToken),
        metrics: services.find(RequestMetricsToken),
        tracing: services.find(RequestTracingToken),
        writeAccessLog: (lines) => void process.stdout.write(lines),
      });
      return { renderer: nodeRenderer, reloader: new NodeReloader(dataplane), dataplane };
    });
  },
});

export { nodeRenderer } from './translate/node-renderer.ts';
export type { NodeTable } from './translate/node-renderer.ts';
export type { NodeOptions } from './options.ts';
export { pickerFor } from './serve/endpoint-picker.ts';
export { EndpointWish } from './serve/endpoint-wish.ts';
