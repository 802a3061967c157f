/** `namespace/name` of an object that an Ingress names: in its own namespace, which may be left out where `bare` says so. */
export function ownObject(text: string, namespace: string, bare: boolean): { readonly id: string } | { readonly wrong: string } {
  const parts = text.split('/');
  if (parts.length === 1 && bare) return { id: `${namespace}/${text}` };
  if (parts.length !== 2 || parts.includes('')) return { wrong: 'it must be namespace/name' };
  return parts[0] === namespace ? { id: text } : { wrong: `only objects in the namespace ${namespace} may be named` };
}
