import type { FlagTexts } from './ingress-nginx/flag-layer.ts';
import type { Layer, SettingsTree } from './layers.ts';

/** What the command line and the environment may set. */
export interface SettingFlags {
  readonly config?: string;
  readonly backend?: string;
  readonly manifests?: string;
  readonly kubeconfig?: string;
  readonly http?: readonly string[];
  readonly https?: readonly string[];
  readonly admin?: string;
  readonly data?: string;
  readonly logLevel?: string;
  readonly logFormat?: string;
  /** Flags of ingress-nginx. */
  readonly ingressNginx?: FlagTexts;
}

/** Setting path → flag; the environment variable has the same name in capitals (`SLUICE_LOG_LEVEL`). */
const flagOf: Readonly<Record<string, string>> = {
  backend: 'backend',
  'watch.directory.path': 'manifests',
  'watch.kubernetes.kubeconfig': 'kubeconfig',
  'listen.http': 'http',
  'listen.https': 'https',
  'listen.admin': 'admin',
  data: 'data',
  'log.level': 'log-level',
  'log.format': 'log-format',
};

function variableOf(flag: string): string {
  return `SLUICE_${flag.toUpperCase().replaceAll('-', '_')}`;
}

function treeOf(flags: SettingFlags): SettingsTree {
  return {
    backend: flags.backend,
    data: flags.data,
    watch: {
      ...(flags.manifests !== undefined && { directory: { path: flags.manifests } }),
      ...(flags.kubeconfig !== undefined && { kubernetes: { kubeconfig: flags.kubeconfig } }),
    },
    listen: { http: flags.http, https: flags.https, admin: flags.admin },
    log: { level: flags.logLevel, format: flags.logFormat },
  };
}

export function flagLayer(flags: SettingFlags): Layer {
  return { source: (path) => `flag --${flagOf[path] ?? path}`, tree: treeOf(flags) };
}

/** Lists in the environment are separated by commas. */
export function environmentLayer(environment: Readonly<Record<string, string | undefined>>): Layer {
  const value = (flag: string): string | undefined => environment[variableOf(flag)] || undefined;
  const list = (flag: string): readonly string[] | undefined =>
    value(flag)
      ?.split(',')
      .map((part) => part.trim());
  const [backend, manifests, kubeconfig, http, https, admin, data, logLevel, logFormat] = [
    value('backend'),
    value('manifests'),
    value('kubeconfig'),
    list('http'),
    list('https'),
    value('admin'),
    value('data'),
    value('log-level'),
    value('log-format'),
  ];
  const flags: SettingFlags = {
    ...(backend && { backend }),
    ...(manifests && { manifests }),
    ...(kubeconfig && { kubeconfig }),
    ...(http && { http }),
    ...(https && { https }),
    ...(admin && { admin }),
    ...(data && { data }),
    ...(logLevel && { logLevel }),
    ...(logFormat && { logFormat }),
  };
  return { source: (path) => `environment ${variableOf(flagOf[path] ?? path)}`, tree: treeOf(flags) };
}
