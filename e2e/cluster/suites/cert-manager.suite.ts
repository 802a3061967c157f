import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { certificateAuthority } from '../../proxy-programs.ts';
import { get } from '../../raw-request.ts';
import type { RunningSluice } from '../../running-sluice.ts';
import { AcmeAuthority } from '../../tls/acme-authority.ts';
import { untilTrue } from '../../until.ts';
import { certManager } from '../cert-manager-program.ts';
import { kubeconfigText } from '../kubeconfig.ts';
import { onEachBackend } from '../on-each-backend.ts';
import { SolverPods } from '../solver-pods.ts';

/** cert-manager asks five times itself, with two seconds between, before it lets the authority ask. */
const ISSUE_MS = 120_000;
const found = certManager();
const authorityFound = certificateAuthority();
const lack = typeof found === 'string' ? ('missing' in authorityFound ? authorityFound : undefined) : found;
const programs = typeof found === 'string' ? found : '';

onEachBackend(
  'cert-manager',
  ({ lab }) => {
    const host = 'issued.test';
    let sluice: RunningSluice;
    let authority: AcmeAuthority;
    let pods: SolverPods;
    let manager: ChildProcess;
    let log = '';

    beforeAll(async () => {
      const web = await lab().upstream('web');
      await lab().serve('web', [web.place]);
      // The authority asks on port 80, which nobody else has on this machine.
      sluice = await lab().start({ ports: { http: 80, https: 443 } });
      authority = await AcmeAuthority.start(lab().folder, 80);
      const admin = lab().folder.write('admin.kubeconfig', kubeconfigText(lab().api.access));
      kubectl(admin, ['apply', '--server-side', '--force-conflicts', '-f', join(programs, 'crds')]);
      kubectl(admin, ['wait', '--for=condition=Established', '--timeout=60s', '-f', join(programs, 'crds')]);
      manager = spawn(join(programs, 'cert-manager'), [admin, lab().name, authority.nameServer], { stdio: ['ignore', 'ignore', 'pipe'] });
      manager.stderr?.setEncoding('utf8').on('data', (text: string) => (log += text));
      pods = SolverPods.play(lab().api, lab().name, lab().cluster.endpointAddress(9));
      kubectl(admin, ['create', '-f', lab().folder.write('issuer.json', JSON.stringify(issuer(lab().name, authority)))]);
    }, ISSUE_MS);

    afterAll(async () => {
      await pods?.stop();
      if (manager !== undefined && manager.exitCode === null) {
        const over = once(manager, 'close');
        manager.kill('SIGKILL');
        await over;
      }
      await authority?.close();
    });

    test('gets a certificate for a host that redirects everything, and it is served', { timeout: 2 * ISSUE_MS }, async () => {
      await lab().route(host, {
        secretName: 'issued',
        annotations: { 'cert-manager.io/issuer': 'acme', 'nginx.ingress.kubernetes.io/force-ssl-redirect': 'true' },
      });
      await untilTrue('the redirect', async () => (await get(sluice.http, host)).status === 308);
      const root = await authority.root();
      const isTrusted = async (): Promise<boolean> => trusts(sluice.ports.https, host, root);
      await untilTrue('the certificate', isTrusted, ISSUE_MS).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${log.slice(-3000)} ${authority.log.join('').slice(-1000)}`, { cause: error });
      });
      expect((await get(sluice.https(host), host)).body).toBe('web');
      expect(pods.asked).toBeGreaterThan(5);
      await untilTrue('the solver to be gone', async () => (await pods.count()) === 0, ISSUE_MS);
      expect((await get(sluice.http, host)).status).toBe(308);
    });
  },
  { apiServer: true, lack },
);

function issuer(namespace: string, { directory }: AcmeAuthority): object {
  return {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Issuer',
    metadata: { name: 'acme', namespace },
    spec: {
      acme: {
        server: directory,
        skipTLSVerify: true,
        privateKeySecretRef: { name: 'account' },
        solvers: [{ http01: { ingress: { ingressClassName: namespace } } }],
      },
    },
  };
}

function kubectl(kubeconfig: string, args: readonly string[]): void {
  const program = join(inject('cluster').controlPlane?.programs ?? '', 'kubectl');
  const { status, stderr } = spawnSync(program, ['--kubeconfig', kubeconfig, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
}

async function trusts(port: number, servername: string, ca: string): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1', servername, ca, rejectUnauthorized: false });
  try {
    await once(socket, 'secureConnect');
    return socket.authorized;
  } finally {
    socket.destroy();
  }
}
