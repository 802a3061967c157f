import type { Manifest } from './chart.ts';

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Binding {
  readonly roleRef: { readonly kind: string; readonly name: string };
}

/**
 * What the objects allow the controller to do, sorted, a line for each resource: where (a namespace, or `*` for everywhere), what (with a
 * name, where it is limited to one) and the verbs. A role that nobody is bound to allows nothing.
 */
export function rightsOf(manifests: readonly Manifest[]): readonly string[] {
  const bound = (role: Manifest): boolean =>
    manifests.some(
      (manifest) =>
        manifest.kind === `${role.kind}Binding` &&
        manifest.metadata.namespace === role.metadata.namespace &&
        (manifest as unknown as Binding).roleRef.name === role.metadata.name,
    );
  return manifests
    .filter((manifest) => (manifest.kind === 'Role' || manifest.kind === 'ClusterRole') && bound(manifest))
    .flatMap((role) => (role['rules'] as readonly Rule[]).flatMap((rule) => linesOf(role.metadata.namespace ?? '*', rule)))
    .toSorted();
}

function linesOf(place: string, { apiGroups, resources, resourceNames = [''], verbs }: Rule): readonly string[] {
  return apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      resourceNames.map((name) => {
        const what = `${resource}${group === '' ? '' : `.${group}`}${name === '' ? '' : `=${name}`}`;
        return `${place} ${what}: ${verbs.join(' ')}`;
      }),
    ),
  );
}
