import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../linked-packages.ts';
import { renderText } from './chart.ts';
import type { Values } from './chart.ts';

/** Where the plain manifests are. */
export const plainFolder = join(root, 'deploy', 'kubernetes');

const formatter = join(root, 'node_modules', 'oxfmt', 'bin', 'oxfmt');

interface Variant {
  readonly what: string;
  readonly values: Values;
  /** The Pod Security Standard that its namespace enforces. */
  readonly security: 'restricted' | 'privileged';
}

const loadBalanced = (backend: string): Variant => ({
  what: `the backend ${backend} behind a Service of type LoadBalancer`,
  values: { backend },
  security: 'restricted',
});

const variants: Readonly<Record<string, Variant>> = {
  'node.yaml': loadBalanced('node'),
  'nginx.yaml': loadBalanced('nginx'),
  'haproxy.yaml': loadBalanced('haproxy'),
  'host-ports.yaml': {
    what: 'the backend node on the ports 80 and 443 of every node, for clusters without load balancers',
    values: {
      controller: {
        kind: 'DaemonSet',
        hostPort: { enabled: true },
        service: { enabled: false },
        updateStrategy: { rollingUpdate: { maxUnavailable: 1 } },
      },
    },
    // Ports of a node are nothing that the other standards let pods have.
    security: 'privileged',
  },
};

/** The plain manifests by the names of their files. */
export async function plainManifests(helm: string): Promise<ReadonlyMap<string, string>> {
  const files = Object.entries(variants).map(async ([name, variant]) => [name, await plainManifest(helm, variant)] as const);
  return new Map(await Promise.all(files));
}

async function plainManifest(helm: string, { what, values, security }: Variant): Promise<string> {
  const rendered = await renderText(helm, values);
  const lines = rendered.split('\n').filter((line) => !/^# Source: |^ +(app\.kubernetes\.io\/managed-by|helm\.sh\/chart): /.test(line));
  return formatted(`# Sluice: ${what}.
# Generated from the chart in deploy/helm by \`npx node e2e/deploy/write-manifests.ts\`. A test compares both.
apiVersion: v1
kind: Namespace
metadata:
  name: sluice
  labels:
    app.kubernetes.io/name: sluice
    pod-security.kubernetes.io/enforce: ${security}
${lines.join('\n')}`);
}

/** As the rest of the repository is. */
async function formatted(text: string): Promise<string> {
  const running = promisify(execFile)(process.execPath, [formatter, '--stdin-filepath=manifest.yaml'], { cwd: root });
  running.child.stdin?.end(text);
  return (await running).stdout;
}
