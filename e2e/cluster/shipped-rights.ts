import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { root } from '../linked-packages.ts';
import type { KubeObject } from './cluster-api.ts';

/** One rule of a role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Rights {
  /** Everywhere. */
  readonly cluster: readonly Rule[];
  /** In the namespace of the controller. */
  readonly own: readonly Rule[];
}

/** What the manifests in deploy/ allow the controller: the suites run with that and nothing more. */
export function shippedRights(): Rights {
  const manifests = loadAll(readFileSync(join(root, 'deploy', 'kubernetes', 'node.yaml'), 'utf8')) as readonly (KubeObject | null)[];
  const rulesOf = (kind: string): readonly Rule[] =>
    manifests.flatMap((manifest) => (manifest?.kind === kind ? (manifest['rules'] as readonly Rule[]) : []));
  return { cluster: rulesOf('ClusterRole'), own: rulesOf('Role') };
}

/** The same rights but for one resource. */
export function without(resource: string, { cluster, own }: Rights): Rights {
  const reduced = cluster.map((rule) => ({ ...rule, resources: rule.resources.filter((one) => one !== resource) }));
  return { cluster: reduced.filter(({ resources }) => resources.length > 0), own };
}

/** A service account with rights: its objects in the order in which they can be made. `name` is that of the roles as well. */
export function accountObjects(namespace: string, name: string, { cluster, own }: Rights): readonly KubeObject[] {
  const apiGroup = 'rbac.authorization.k8s.io';
  const apiVersion = `${apiGroup}/v1`;
  const subjects = [{ kind: 'ServiceAccount', namespace, name }];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } },
    { apiVersion, kind: 'ClusterRole', metadata: { name }, rules: cluster },
    { apiVersion, kind: 'ClusterRoleBinding', metadata: { name }, roleRef: { apiGroup, kind: 'ClusterRole', name }, subjects },
    { apiVersion, kind: 'Role', metadata: { namespace, name }, rules: own },
    { apiVersion, kind: 'RoleBinding', metadata: { namespace, name }, roleRef: { apiGroup, kind: 'Role', name }, subjects },
  ];
}
