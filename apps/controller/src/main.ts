// The template of a custom build: choose plugins, name the backend, start.
import { createController, parseListenAddress } from '@sluice/core';
import node from '@sluice/dataplane-node';
import metrics from '@sluice/metrics';
import directory from '@sluice/watchers';

const controller = await createController({
  plugins: [directory({ path: process.env['MANIFESTS'] ?? './manifests' }), node, metrics],
  backend: process.env['BACKEND'] ?? 'node',
  listen: { http: [parseListenAddress(':8080')], https: [parseListenAddress(':8443')], admin: parseListenAddress('127.0.0.1:10254') },
});
await controller.start();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void controller.stop());
