import { ingress } from '../manifest.ts';
import type { PathSpec } from '../manifest.ts';

/** Ingresses of hosts `many-0.test` and so on, each with `/` and further paths. */
export function manyHosts(hosts: number, paths: number, service: string): readonly object[] {
  return Array.from({ length: hosts }, (_, number) =>
    ingress({ name: `many-${number}`, rules: [{ host: `many-${number}.test`, paths: manyPaths(paths, service) }] }),
  );
}

/** Paths `/`, `/path-1` and so on of one host. */
export function manyPaths(count: number, service: string): readonly PathSpec[] {
  return Array.from({ length: count }, (_, number) => ({ path: number === 0 ? '/' : `/path-${number}`, service }));
}
