import { coreVersion } from '@sluice/core';
import { builtInPlugins } from '../settings/load-settings.ts';
import { print, printJson } from './terminal.ts';
import type { ExitStatus } from './terminal.ts';

/** `sluice version`. The built-in plugins are released together with the core; proxies are what is installed here. */
export function version(json: boolean): ExitStatus {
  const plugins = builtInPlugins.map(({ pluginName, core }) => ({ name: pluginName, core }));
  const proxies = builtInPlugins.flatMap((plugin) => plugin.found());
  if (json) printJson({ sluice: coreVersion, node: process.version, plugins, proxies });
  else
    print(
      [
        `sluice ${coreVersion}`,
        `node ${process.version}`,
        ...plugins.map(({ name, core }) => `plugin ${name} (core ${core})`),
        ...proxies.map((proxy) => `${proxy.name} ${proxy.version} ${proxy.path} (${proxy.note})`),
      ].join('\n'),
    );
  return 0;
}
