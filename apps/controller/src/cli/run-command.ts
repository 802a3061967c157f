import { SluiceError, createController, parseListenAddress } from '@sluice/core';
import type { Controller } from '@sluice/core';
import { findsCluster } from '@sluice/watchers/kubernetes';
import { modelOptions } from '../settings/model-options.ts';
import type { Settings } from '../settings/load-settings.ts';
import { consoleLogger } from './console-logger.ts';
import type { ExitStatus } from './terminal.ts';

/** Composes a controller from settings. Throws `SLU2xxx`. */
export async function controllerOf(settings: Settings): Promise<Controller> {
  const { base, plugins, ignoredFlags } = settings;
  demandSource(settings);
  const logger = consoleLogger(base.log);
  for (const fields of ignoredFlags) logger.warn('a flag of ingress-nginx has no effect', { ...fields });
  const inCluster = process.env['KUBERNETES_SERVICE_HOST'] !== undefined;
  return createController({
    plugins,
    backend: base.backend,
    data: base.data,
    logger,
    model: modelOptions(base),
    limits: { graceMs: base.shutdownGraceMs },
    listen: {
      http: base.listen.http.map(parseListenAddress),
      https: base.listen.https.map(parseListenAddress),
      admin: parseListenAddress(base.listen.admin ?? (inCluster ? ':10254' : '127.0.0.1:10254')),
    },
  });
}

/** A cluster is watched unless a directory alone is named: it must be said, or seen, which one. */
function demandSource({ base: { watch }, plugins }: Settings): void {
  const watchesCluster = plugins.some(({ pluginName }) => pluginName === 'kubernetes');
  if (!watchesCluster || watch.kubernetes?.kubeconfig !== undefined || findsCluster()) return;
  throw new SluiceError(
    'SLU2003',
    `watch: there is ${watch.directory === undefined ? 'nothing' : 'no cluster'} to watch; name a directory with --manifests DIR, or a cluster with --kubeconfig FILE or KUBECONFIG`,
  );
}

/** `sluice run`: serves until SIGTERM or SIGINT, then drains; another signal ends the grace period before that, and one while it drains ends at once. */
export async function run(controller: Controller): Promise<ExitStatus> {
  const { promise: stopped, resolve } = Promise.withResolvers<void>();
  let signals = 0;
  const onSignal = (): void => {
    if (signals++ > 0 && controller.stopping) process.exit(0);
    void controller.stop().then(resolve);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  try {
    await controller.start();
  } catch (error) {
    if (signals > 0) return 0;
    throw error;
  }
  await stopped;
  return 0;
}
