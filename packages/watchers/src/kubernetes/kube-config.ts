import { registerHooks } from 'node:module';
import type { KubeConfig } from '@kubernetes/client-node';

/** What the module of the kubeconfig imports for clients of its own, which nobody makes here. */
const LEFT_OUT: Readonly<Record<string, readonly string[]>> = {
  './gen/index.js': ['createConfiguration', 'ServerConfiguration'],
  undici: ['Agent', 'ProxyAgent'],
};

/**
 * The kubeconfig and the authentication of `@kubernetes/client-node`, without the generated classes of the whole API and a second HTTP client:
 * with them it takes 47 MB more (docs/adr/0010-cluster-source.md).
 */
export async function loadKubeConfig(): Promise<typeof KubeConfig> {
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      const names = context.parentURL?.endsWith('/client-node/dist/config.js') === true ? LEFT_OUT[specifier] : undefined;
      return names === undefined ? next(specifier, context) : { url: emptyModule(names), format: 'module', shortCircuit: true };
    },
  });
  try {
    const module = await import('@kubernetes/client-node/dist/config.js');
    return module.KubeConfig;
  } finally {
    hooks.deregister();
  }
}

function emptyModule(names: readonly string[]): string {
  return `data:text/javascript,${names.map((name) => `export const ${name} = undefined;`).join('')}`;
}
