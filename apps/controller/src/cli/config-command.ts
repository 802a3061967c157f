import { z } from 'zod';
import { builtInPlugins } from '../settings/load-settings.ts';
import type { Settings } from '../settings/load-settings.ts';
import { isTree } from '../settings/layers.ts';
import { settingsSchema } from '../settings/settings-schema.ts';
import { note, print, printJson } from './terminal.ts';
import type { ExitStatus } from './terminal.ts';

/** `sluice config schema`: JSON Schema of the configuration file. */
export function configSchema(): ExitStatus {
  printJson(z.toJSONSchema(settingsSchema(builtInPlugins), { io: 'input', unrepresentable: 'any' }));
  return 0;
}

/** `sluice config show`: every setting in force and where it came from. */
export function configShow({ tree, sources, ignoredFlags }: Settings): ExitStatus {
  for (const { flag, because } of ignoredFlags) note(`${flag} has no effect: ${because}`);
  for (const [path, value] of leaves(tree, '')) print(`${path} = ${JSON.stringify(value)}  (${sources.get(path) ?? 'default'})`);
  return 0;
}

function leaves(value: unknown, path: string): (readonly [string, unknown])[] {
  if (!isTree(value)) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : leaves(inner, path === '' ? key : `${path}.${key}`)));
}
