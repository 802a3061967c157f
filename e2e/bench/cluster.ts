import type { KeyPair } from '../certificates.ts';
import { hostTo, ingress, ingressClass, served, tlsSecret } from '../manifest.ts';
import { TemporaryFolder } from '../temporary-folder.ts';

const HOSTS_PER_FILE = 250;

/** A folder of manifests: an Ingress, a Service and a slice for each of many hosts, and two files for what changes. */
export class Cluster {
  readonly folder = new TemporaryFolder();
  readonly hosts: number;
  readonly #port: number;

  constructor(hosts: number, port: number) {
    this.hosts = hosts;
    this.#port = port;
    for (let start = 0; start < hosts; start += HOSTS_PER_FILE) {
      const count = Math.min(HOSTS_PER_FILE, hosts - start);
      const objects = Array.from({ length: count }, (_, index) => this.#application(start + index)).flat();
      this.folder.writeObjects(`manifests/part-${start}.yaml`, objects);
    }
    this.moveEndpoint(port);
  }

  get manifests(): string {
    return this.folder.at('manifests');
  }

  /** Another endpoint for the host `changing.test`. */
  moveEndpoint(port: number): void {
    this.folder.writeObjects('manifests/changing.yaml', [ingressClass(), ...served('changing', port), hostTo('changing.test', 'changing')]);
  }

  /** One host more, in the place of the one added before. */
  addHost(host: string): void {
    this.folder.writeObjects('manifests/added.yaml', [hostTo(host, 'changing')]);
  }

  /** Another certificate for the host `secure.test`. */
  changeCertificate(pair: KeyPair): void {
    const rules = [{ host: 'secure.test', paths: [{ service: 'changing' }] }];
    const objects = [
      tlsSecret('secure', pair),
      ingress({ name: 'secure', rules, tls: [{ hosts: ['secure.test'], secretName: 'secure' }] }),
    ];
    this.folder.writeObjects('manifests/secure.yaml', objects);
  }

  remove(): void {
    this.folder.remove();
  }

  /** Most hosts are alike, as in clusters with a template; every fifth differs from all others. */
  #application(index: number): readonly object[] {
    const name = `app-${index}`;
    const annotations = index % 5 === 0 ? { 'nginx.ingress.kubernetes.io/app-root': `/home-of-${name}` } : {};
    const paths = ['/', '/api'].map((path) => ({ path, service: name }));
    return [...served(name, this.#port), ingress({ name, annotations, rules: [{ host: `${name}.test`, paths }] })];
  }
}
