import type { IngressSettings } from './ingress-settings.ts';

/**
 * `namespace/name` of an object that an Ingress names: in its own namespace, which may be left out where `bare` says so, unless the settings
 * let it name others.
 */
export function ownObject(
  text: string,
  { ingress, global }: IngressSettings,
  bare: boolean,
): { readonly id: string } | { readonly wrong: string } {
  const { namespace } = ingress.metadata;
  const parts = text.split('/');
  if (parts.length === 1 && bare) return { id: `${namespace}/${text}` };
  if (parts.length !== 2 || parts.includes('')) return { wrong: 'it must be namespace/name' };
  return parts[0] === namespace || global.rules.otherNamespaces
    ? { id: text }
    : { wrong: `only objects in the namespace ${namespace} may be named` };
}
