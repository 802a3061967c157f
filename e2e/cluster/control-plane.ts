import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runs } from '../proxy-process.ts';
import { until, untilTrue } from '../until.ts';
import { ClusterApi } from './cluster-api.ts';
import { kubeconfigText, readKubeconfig } from './kubeconfig.ts';
import { PRIVATE_ADDRESS } from './private-machine.ts';
import { selfSignedFor } from './self-signed.ts';

const ETCD = 'http://127.0.0.1:2379';
const SERVER = `https://${PRIVATE_ADDRESS}:6443`;
const BOOT_MS = 90_000;

type Part = 'etcd' | 'kube-apiserver' | 'kube-controller-manager';

/** What makes namespaces go, service accounts come and what belongs to an object go with it. */
const CONTROLLERS = [
  'namespace-controller',
  'serviceaccount-controller',
  'root-ca-certificate-publisher-controller',
  'clusterrole-aggregation-controller',
  'garbage-collector-controller',
].join(',');

/**
 * etcd, API server and controller manager as processes of a private machine. Everything about them is in one folder, so that the process
 * that starts them and those that run tests can both stop a part and start it again.
 */
export class ControlPlane {
  readonly #folder: string;
  readonly #programs: string;

  /** `programs`: a folder with the programs; `folder`: where a control plane is, or is going to be. */
  constructor(folder: string, programs: string) {
    this.#folder = folder;
    this.#programs = programs;
  }

  /** Kubeconfig of the administrator. */
  get kubeconfig(): string {
    return this.#at('admin.kubeconfig');
  }

  get api(): ClusterApi {
    return new ClusterApi(readKubeconfig(this.kubeconfig));
  }

  /** Makes keys and accounts and starts every part; resolves when the API is ready and namespaces get their service accounts. */
  async boot(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    await this.#writeFiles();
    this.#start('etcd');
    await this.startApiServer();
    this.#start('kube-controller-manager');
    const ref = { kind: 'ServiceAccount', namespace: 'default', name: 'default' };
    await this.#booted('the first service account', async () => (await this.api.get(ref)) !== undefined);
  }

  async stop(): Promise<void> {
    for (const part of ['kube-controller-manager', 'kube-apiserver', 'etcd'] as const) await this.#kill(part);
  }

  /** Ends it as a crash does: every connection is gone at once. */
  async stopApiServer(): Promise<void> {
    await this.#kill('kube-apiserver');
  }

  /** Resolves when it is ready. */
  async startApiServer(): Promise<void> {
    this.#start('kube-apiserver');
    await this.#booted('the API server', () => this.api.ready());
  }

  /** Makes etcd forget every state but the present one. */
  async compact(): Promise<void> {
    const ask = async (path: string, body: object): Promise<{ readonly header: { readonly revision: string } }> => {
      const response = await fetch(`${ETCD}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`etcd answers ${response.status}: ${await response.text()}`);
      return (await response.json()) as { header: { revision: string } };
    };
    const { header } = await ask('range', { key: Buffer.from('any').toString('base64') });
    await ask('compaction', { revision: header.revision, physical: true });
  }

  async #booted(what: string, probe: () => Promise<boolean>): Promise<void> {
    const parts = ['etcd', 'kube-apiserver'] as const;
    const answer = await until(
      what,
      async () => (await probe().catch(() => false)) || parts.find((part) => !runs(this.#pid(part))),
      BOOT_MS,
    );
    if (answer !== true) throw new Error(`${answer} has ended: ${this.#log(answer)}`);
  }

  async #writeFiles(): Promise<void> {
    const write = (name: string, content: string): void => writeFileSync(this.#at(name), content, { mode: 0o600 });
    const serving = await selfSignedFor(PRIVATE_ADDRESS, '127.0.0.1');
    write('server.crt', serving.cert);
    write('server.key', serving.key);
    const account = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    write('account.key', account.privateKey.export({ type: 'sec1', format: 'pem' }));
    write('account.pub', account.publicKey.export({ type: 'spki', format: 'pem' }));
    const token = randomBytes(16).toString('hex');
    write('admin.kubeconfig', kubeconfigText({ server: SERVER, ca: serving.cert, token }));
    write('tokens.csv', `${token},admin,admin,system:masters\n`);
  }

  #at(name: string): string {
    return join(this.#folder, name);
  }

  #log(part: Part): string {
    return readFileSync(this.#at(`${part}.log`), 'utf8').slice(-3000);
  }

  #pid(part: Part): number {
    return Number(readFileSync(this.#at(`${part}.pid`), 'utf8'));
  }

  /** It goes on when the process that starts it ends: another one may stop it. */
  #start(part: Part): void {
    const log = openSync(this.#at(`${part}.log`), 'a');
    const child = spawn(join(this.#programs, part), this.#arguments(part), { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    if (child.pid === undefined) throw new Error(`${part} cannot be started from ${this.#programs}`);
    writeFileSync(this.#at(`${part}.pid`), String(child.pid));
    child.unref();
  }

  async #kill(part: Part): Promise<void> {
    const pid = this.#pid(part);
    if (runs(pid)) process.kill(pid, 'SIGKILL');
    await untilTrue(`${part} to end`, () => !runs(pid));
  }

  #arguments(part: Part): readonly string[] {
    const flags = { etcd: this.#etcd(), 'kube-apiserver': this.#apiServer(), 'kube-controller-manager': this.#controllerManager() }[part];
    return Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  }

  /** With its defaults, watches of what does not change get no bookmarks for minutes. */
  #etcd(): object {
    return { 'data-dir': this.#at('etcd'), 'unsafe-no-fsync': true, 'log-level': 'warn' };
  }

  #apiServer(): object {
    return {
      'etcd-servers': ETCD,
      'advertise-address': PRIVATE_ADDRESS,
      'secure-port': 6443,
      'endpoint-reconciler-type': 'none',
      'tls-cert-file': this.#at('server.crt'),
      'tls-private-key-file': this.#at('server.key'),
      'token-auth-file': this.#at('tokens.csv'),
      'authorization-mode': 'RBAC',
      'service-cluster-ip-range': '10.201.0.0/24',
      'service-account-issuer': 'https://kubernetes.default.svc',
      'service-account-key-file': this.#at('account.pub'),
      'service-account-signing-key-file': this.#at('account.key'),
    };
  }

  #controllerManager(): object {
    return {
      kubeconfig: this.kubeconfig,
      controllers: CONTROLLERS,
      'leader-elect': false,
      'bind-address': '127.0.0.1',
      'service-account-private-key-file': this.#at('account.key'),
      'root-ca-file': this.#at('server.crt'),
    };
  }
}
