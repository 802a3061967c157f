import { X509Certificate, createPrivateKey } from 'node:crypto';
import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Ingress, IngressTls } from '../../watch/kinds/ingress.ts';
import type { Secret } from '../../watch/kinds/secret.ts';
import type { Certificate } from '../certificate.ts';
import type { Origin } from '../origin.ts';
import type { VirtualHostTls } from '../virtual-host.ts';
import type { IngressFragment } from './ingress-fragment.ts';
import { originOf } from './ingress-origin.ts';

type Parsed = { readonly kind: 'certificate'; readonly certificate: Certificate } | { readonly kind: 'unusable'; readonly why: string };

/** Chooses the certificate of each host by ingress-nginx's rules; Secrets are parsed once for each version of them. */
export class CertificateBuilder {
  readonly #parsed = new WeakMap<Secret, Parsed>();
  #chosen = new Map<string, Certificate>();

  /** The certificates chosen by the last `choose`, sorted by id. */
  all(): readonly Certificate[] {
    return [...this.#chosen.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /**
   * The oldest Ingress that has rules for a host and lists it under `tls` decides. Its Secret must parse, fit its key and
   * cover the host; otherwise the host is served with the default certificate and the reason is reported.
   */
  choose(
    served: readonly IngressFragment[],
    hosts: ReadonlySet<string>,
    secrets: ReadonlyMap<string, Secret>,
    diagnostics: Diagnostic[],
  ): ReadonlyMap<string, VirtualHostTls> {
    this.#chosen = new Map();
    const chosen = new Map<string, VirtualHostTls>();
    for (const { ingress } of served) {
      ingress.spec.tls.forEach((entry, index) => {
        for (const host of entry.hosts.map((name) => name.toLowerCase())) {
          const from = originOf(ingress, `spec.tls[${index}]`);
          if (!hosts.has(host)) diagnostics.push(diagnose('SLU1405', from, `no rule serves the host ${JSON.stringify(host.slice(0, 80))}`));
          else if (!chosen.has(host))
            chosen.set(host, { certificate: this.#find({ ingress, entry, host, from }, secrets, diagnostics), from });
        }
      });
    }
    return chosen;
  }

  #find({ ingress, entry, host, from }: Wanted, secrets: ReadonlyMap<string, Secret>, diagnostics: Diagnostic[]): string | undefined {
    if (entry.secretName === '') return undefined;
    const at: Origin = { ...from, field: `${from.field}.secretName` };
    const id = `${ingress.metadata.namespace}/${entry.secretName}`;
    const secret = secrets.get(id);
    if (secret === undefined) return refuse(diagnostics, diagnose('SLU1401', at, `Secret ${id} does not exist`));
    const parsed = this.#parse(secret, id);
    if (parsed.kind === 'unusable') return refuse(diagnostics, diagnose('SLU1402', at, `Secret ${id}: ${parsed.why}`));
    const { certificate } = parsed;
    if (!certificate.names.some((name) => covers(name, host)))
      return refuse(diagnostics, diagnose('SLU1403', at, `the certificate of Secret ${id} does not cover ${host}`));
    this.#chosen.set(id, certificate);
    return id;
  }

  #parse(secret: Secret, id: string): Parsed {
    let parsed = this.#parsed.get(secret);
    if (parsed === undefined) this.#parsed.set(secret, (parsed = parseSecret(secret, id)));
    return parsed;
  }
}

interface Wanted {
  readonly ingress: Ingress;
  readonly entry: IngressTls;
  readonly host: string;
  readonly from: Origin;
}

function refuse(diagnostics: Diagnostic[], diagnostic: Diagnostic): undefined {
  diagnostics.push(diagnostic);
  return undefined;
}

function parseSecret(secret: Secret, id: string): Parsed {
  const chain = secret.data['tls.crt'];
  const privateKey = secret.data['tls.key'];
  if (chain === undefined || privateKey === undefined)
    return { kind: 'unusable', why: `it has no ${chain === undefined ? 'tls.crt' : 'tls.key'}` };
  const leaf = attempt(() => new X509Certificate(chain.reveal()));
  if (leaf === undefined) return { kind: 'unusable', why: 'tls.crt is not a PEM certificate' };
  const key = attempt(() => createPrivateKey(privateKey.reveal()));
  if (key === undefined) return { kind: 'unusable', why: 'tls.key is not an unencrypted PEM private key' };
  if (!leaf.checkPrivateKey(key)) return { kind: 'unusable', why: 'tls.key does not belong to the certificate in tls.crt' };
  const from = { object: { kind: 'Secret', namespace: secret.metadata.namespace, name: secret.metadata.name }, field: 'data' };
  const certificate = {
    id,
    chain: chain.reveal(),
    privateKey,
    fingerprint: leaf.fingerprint256,
    names: namesOf(leaf),
    notAfterMs: Date.parse(leaf.validTo),
    from,
  };
  return { kind: 'certificate', certificate };
}

/** OpenSSL's own messages may quote the input, so only the fact of a failure is kept. */
function attempt<Value>(parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

function namesOf(leaf: X509Certificate): string[] {
  const alternative = [...(leaf.subjectAltName ?? '').matchAll(/DNS:([^,]+)/g)].map((match) => match[1] ?? '');
  const common = /(?:^|\n)CN=(.*)/.exec(leaf.subject)?.[1];
  return (alternative.length > 0 ? alternative : common === undefined ? [] : [common]).map((name) => name.trim().toLowerCase()).toSorted();
}

/** RFC 6125: a leading `*.` stands for one label. The wildcard host `*.example.com` is covered by the same name only. */
function covers(name: string, host: string): boolean {
  if (name === host) return true;
  const dot = host.indexOf('.');
  return name.startsWith('*.') && dot > 0 && name.slice(1) === host.slice(dot);
}
