import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SluiceError, isPlugin, messageOf, parseOptions } from '@sluice/core';
import type { ConfiguredPlugin, Controller, Plugin } from '@sluice/core';
import node from '@sluice/dataplane-node';
import metrics from '@sluice/metrics';
import haproxy from '@sluice/renderer-haproxy';
import nginx from '@sluice/renderer-nginx';
import directory from '@sluice/watchers';
import kubernetes from '@sluice/watchers/kubernetes';
import { resolve as resolveImport } from 'import-meta-resolve';
import { loadAll as parseYaml } from 'js-yaml';
import { clusterSection } from './cluster-section.ts';
import { environmentLayer, flagLayer } from './flag-settings.ts';
import type { SettingFlags } from './flag-settings.ts';
import { readIngressNginxFlags } from './ingress-nginx/flag-layer.ts';
import type { IgnoredFlag } from './ingress-nginx/flag-layer.ts';
import { isTree, mergeLayers } from './layers.ts';
import type { Layer, SettingsTree } from './layers.ts';
import { baseSettings, settingsSchema } from './settings-schema.ts';
import type { BaseSettings } from './settings-schema.ts';

/** The plugins that come with this program. */
export const builtInPlugins: readonly Plugin[] = [
  directory as Plugin,
  kubernetes as Plugin,
  node as Plugin,
  nginx as Plugin,
  haproxy as Plugin,
  metrics as Plugin,
];

/** Settings of a run, checked, with defaults filled in. */
export interface Settings {
  readonly base: BaseSettings;
  /** The checked tree as `config show` prints it. */
  readonly tree: SettingsTree;
  readonly sources: ReadonlyMap<string, string>;
  /** Flags of ingress-nginx that have no effect here. */
  readonly ignoredFlags: readonly IgnoredFlag[];
  readonly available: readonly Plugin[];
  /** Ready for a controller; of the sources those alone that are configured. */
  readonly plugins: readonly ConfiguredPlugin[];
}

/** What a configuration file holds: settings, or (a module) a controller that is already composed. */
export type ConfigFile =
  | { readonly kind: 'settings'; readonly tree: SettingsTree }
  | { readonly kind: 'controller'; readonly controller: Controller };

/** Reads a `.yaml`, `.json`, `.ts` or `.js` file. Throws `SLU2002`. */
export async function readConfigFile(path: string): Promise<ConfigFile> {
  const content: unknown = /\.[cm]?[jt]s$/.test(path) ? await importDefault(path) : parse(path, await read(path));
  if (content === undefined || content === null) return { kind: 'settings', tree: {} };
  if (!isTree(content)) throw new SluiceError('SLU2002', `${path} does not hold a mapping of settings`);
  if (typeof content['start'] === 'function' && typeof content['stop'] === 'function')
    return { kind: 'controller', controller: content as unknown as Controller };
  return { kind: 'settings', tree: content };
}

/** Puts defaults, file, environment and flags together and loads the plugins. Throws `SLU2xxx`. */
export async function loadSettings(flags: SettingFlags, environment: NodeJS.ProcessEnv, file: SettingsTree = {}): Promise<Settings> {
  const fileLayer: Layer = { source: () => `file ${flags.config ?? ''}`, tree: file };
  const { layer, ignored } = readIngressNginxFlags(flags.ingressNginx ?? new Map());
  const { tree, sources } = mergeLayers([fileLayer, environmentLayer(environment), layer, flagLayer(flags)]);
  const extra = parseOptions('', baseSettings.loose(), tree).plugins;
  const available = [...builtInPlugins, ...(await Promise.all(extra.map((name) => loadPlugin(name, flags.config))))];
  const checked = parseOptions('', settingsSchema(available), tree);
  const base = parseOptions('', baseSettings.loose(), tree);
  const configured = available.flatMap((plugin): ConfiguredPlugin[] => {
    const { directory: folder, kubernetes: cluster } = base.watch;
    if (plugin.pluginName === 'directory') return folder === undefined ? [] : [plugin(folder)];
    // Without a directory it is the cluster that is watched, also when nobody says a word about it.
    if (plugin.pluginName === 'kubernetes') return folder !== undefined && cluster === undefined ? [] : [plugin(clusterSection(base))];
    const section = tree[plugin.pluginName];
    return [section === undefined ? plugin : plugin(section)];
  });
  return { base, tree: checked, sources, ignoredFlags: ignored, available, plugins: configured };
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new SluiceError('SLU2002', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function parse(path: string, text: string): unknown {
  try {
    const documents = parseYaml(text);
    if (documents.length > 1) throw new Error('it holds more than one document');
    return documents[0];
  } catch (error) {
    throw new SluiceError('SLU2002', `${path} does not parse: ${messageOf(error)}`, { cause: error });
  }
}

async function importDefault(path: string): Promise<unknown> {
  try {
    const module: unknown = await import(pathToFileURL(resolve(path)).href);
    if (!isTree(module) || module['default'] === undefined) throw new Error('it has no default export');
    return await Promise.resolve(module['default']);
  } catch (error) {
    throw new SluiceError('SLU2002', `cannot load ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Packages are looked up from the configuration file, so that a build can bring its own. */
async function loadPlugin(name: string, config: string | undefined): Promise<Plugin> {
  const from = resolve(config ?? 'sluice.yaml');
  try {
    const specifier = name.startsWith('/') ? pathToFileURL(name).href : name;
    const module: unknown = await import(resolveImport(specifier, pathToFileURL(from).href));
    const plugin = isTree(module) ? module['default'] : undefined;
    if (!isPlugin(plugin)) throw new Error('its default export is not a plugin');
    return plugin;
  } catch (error) {
    throw new SluiceError('SLU2101', `cannot load the plugin ${name}: ${messageOf(error)}`, { cause: error });
  }
}
