import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { KeyPair } from '../certificates.ts';
import { endpointSlice, ingress, service, tlsSecret } from '../manifest.ts';
import { portOf } from '../socket-port.ts';
import type { TemporaryFolder } from '../temporary-folder.ts';

/** How cert-manager leads the question of an authority to its solver. */
export interface SolverWay {
  readonly name: string;
  readonly pathType: string;
  /** A path in the Ingress of the host (`acme.cert-manager.io/http01-edit-in-place`) instead of an Ingress of its own. */
  readonly inPlace: boolean;
}

/** The port that solvers of cert-manager listen on, as their Services say. */
const SOLVER_PORT = 8089;

/**
 * A host that is served over HTTPS alone and asks an authentication service that is not there, with the very objects that cert-manager makes for a
 * certificate of it, and the solver.
 */
export class SolvedHost {
  readonly host: string;
  readonly #way: SolverWay;
  readonly #folder: TemporaryFolder;
  readonly #solver: Server;
  readonly #answers = new Map<string, string>();
  #path: string | undefined;
  #pair: KeyPair | undefined;

  private constructor(folder: TemporaryFolder, way: SolverWay) {
    this.#folder = folder;
    this.#way = way;
    this.host = `${way.name}.acme.test`;
    this.#solver = createServer((request, response) => {
      const answer = this.#answers.get(request.url ?? '');
      response.writeHead(answer === undefined ? 404 : 200).end(answer);
    });
  }

  static async start(folder: TemporaryFolder, way: SolverWay): Promise<SolvedHost> {
    const solved = new SolvedHost(folder, way);
    solved.#solver.listen(0, '127.0.0.1');
    await once(solved.#solver, 'listening');
    solved.#write();
    return solved;
  }

  /** The solver begins to answer; returns the path. */
  present(token: string, answer: string): string {
    this.#path = `/.well-known/acme-challenge/${token}`;
    this.#answers.set(this.#path, answer);
    this.#write();
    return this.#path;
  }

  cleanUp(): void {
    this.#path = undefined;
    this.#write();
  }

  /** The Secret gets a certificate. */
  hold(pair: KeyPair): void {
    this.#pair = pair;
    this.#write();
  }

  async close(): Promise<void> {
    const closed = once(this.#solver, 'close');
    this.#solver.close();
    this.#solver.closeAllConnections();
    await closed;
  }

  #write(): void {
    const { name, inPlace, pathType } = this.#way;
    const solver = `cm-acme-http-solver-${name}`;
    const asked = this.#path === undefined ? [] : [{ path: this.#path, pathType, service: solver, port: { number: SOLVER_PORT } }];
    const own = { 'nginx.ingress.kubernetes.io/whitelist-source-range': '0.0.0.0/0,::/0' };
    this.#folder.writeObjects(`manifests/${name}.yaml`, [
      ingress({
        name,
        rules: [{ host: this.host, paths: [...(inPlace ? asked : []), { service: 'web' }] }],
        tls: [{ hosts: [this.host], secretName: `${name}-tls` }],
        annotations: {
          'nginx.ingress.kubernetes.io/force-ssl-redirect': 'true',
          'nginx.ingress.kubernetes.io/auth-url': 'http://127.0.0.1:1/',
        },
      }),
      ...(this.#pair === undefined ? [] : [tlsSecret(`${name}-tls`, this.#pair)]),
      ...(inPlace || asked.length === 0 ? [] : [ingress({ name: solver, rules: [{ host: this.host, paths: asked }], annotations: own })]),
      ...(asked.length === 0 ? [] : [solverService(solver), endpointSlice(solver, { port: portOf(this.#solver) })]),
    ]);
  }
}

function solverService(name: string): object {
  const ports = [{ name: 'http', port: SOLVER_PORT, targetPort: SOLVER_PORT, protocol: 'TCP' }];
  return { ...service(name), spec: { type: 'NodePort', ports, selector: { 'acme.cert-manager.io/http01-solver': 'true' } } };
}
