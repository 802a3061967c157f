import { isWatchedKind } from '@sluice/core';
import type { WatchedKind } from '@sluice/core';

/** The API group of each kind that routing uses; empty for the core group. */
const groups: Readonly<Record<WatchedKind, string>> = {
  Ingress: 'networking.k8s.io',
  IngressClass: 'networking.k8s.io',
  Service: '',
  EndpointSlice: 'discovery.k8s.io',
  Secret: '',
  ConfigMap: '',
  Namespace: '',
};

/** How messages name the type of an object: `apps/v1 Deployment`. Empty without a kind. */
export function typeOf({ apiVersion, kind }: Readonly<Record<string, unknown>>): string {
  if (typeof kind !== 'string') return '';
  return typeof apiVersion === 'string' && apiVersion !== '' ? `${apiVersion} ${kind}` : kind;
}

/** Whether routing uses objects of this API group and kind. Says nothing about whether the object is valid. */
export function isUsed({ apiVersion, kind }: Readonly<Record<string, unknown>>): boolean {
  if (typeof kind !== 'string' || !isWatchedKind(kind)) return false;
  const slash = typeof apiVersion === 'string' ? apiVersion.indexOf('/') : -1;
  return groups[kind] === (slash < 0 ? '' : String(apiVersion).slice(0, slash));
}
