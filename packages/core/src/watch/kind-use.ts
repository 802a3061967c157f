import type { WatchedKind } from './object.ts';

/** The version of each watched kind that is understood. */
const apiVersions: Readonly<Record<WatchedKind, string>> = {
  Ingress: 'networking.k8s.io/v1',
  IngressClass: 'networking.k8s.io/v1',
  Service: 'v1',
  EndpointSlice: 'discovery.k8s.io/v1',
  Secret: 'v1',
  ConfigMap: 'v1',
  Namespace: 'v1',
};

export const watchedKinds = Object.keys(apiVersions) as readonly WatchedKind[];

/** Groups that held watched kinds once: manifests for them are a mistake, not another project's kind. */
const RETIRED_GROUPS: ReadonlySet<string> = new Set(['extensions']);

export function isWatchedKind(kind: unknown): kind is WatchedKind {
  return typeof kind === 'string' && Object.hasOwn(apiVersions, kind);
}

/** The version of a watched kind that is understood, such as `networking.k8s.io/v1`. */
export function apiVersionOf(kind: WatchedKind): string {
  return apiVersions[kind];
}

/**
 * Whether routing uses objects of this type: `used`; `other-version` for a watched kind in a version, or without one, that
 * is not understood; `unused` for everything else, such as another project's `Service`.
 */
export function kindUse(apiVersion: unknown, kind: unknown): 'used' | 'other-version' | 'unused' {
  if (!isWatchedKind(kind)) return 'unused';
  if (apiVersion === apiVersions[kind]) return 'used';
  if (typeof apiVersion !== 'string' || apiVersion === '') return 'other-version';
  const group = groupOf(apiVersion);
  return group === groupOf(apiVersions[kind]) || RETIRED_GROUPS.has(group) ? 'other-version' : 'unused';
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
