import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Ingress, IngressTls } from '../../watch/kinds/ingress.ts';
import type { Secret } from '../../watch/kinds/secret.ts';
import type { Certificate } from '../certificate.ts';
import { formatObject } from '../origin.ts';
import type { Origin } from '../origin.ts';
import type { VirtualHostTls } from '../virtual-host.ts';
import type { AnnotatedIngress } from './annotated-ingress.ts';
import { originOf } from './ingress-origin.ts';
import { readCertificate } from './secret-certificate.ts';
import type { SecretCertificate } from './secret-certificate.ts';

/**
 * Chooses the certificate of each host by ingress-nginx's rules; Secrets are parsed once for each version of them. A Secret that cannot be
 * used any more, as one whose key and certificate are written one after the other, keeps its last good form until it can or is gone.
 */
export class CertificateBuilder {
  readonly #parsed = new WeakMap<Secret, SecretCertificate>();
  /** The last one of each Secret that could be used, by the id of the Secret, as long as that exists. */
  readonly #good = new Map<string, Certificate>();
  #chosen = new Map<string, Certificate>();

  /** What is to be said at this time of those that the last `choose` chose. */
  expiring(nowMs: number): readonly Diagnostic[] {
    return [...this.#chosen.values()].flatMap((certificate) => expiry(certificate, nowMs));
  }

  /** The certificates chosen by the last `choose`, sorted by id. */
  all(): readonly Certificate[] {
    return [...this.#chosen.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }

  /**
   * Of the Ingresses with a rule for a host and a `tls` section, the oldest decides: by the first entry that lists the host,
   * else by the first whose certificate covers it, else the default certificate is served. A Secret that does not parse, fit
   * its key or cover the host is reported and the default certificate served, unless it has a last good form. Every host in the result has TLS.
   */
  choose(served: readonly AnnotatedIngress[], source: CertificateSource, diagnostics: Diagnostic[]): ReadonlyMap<string, VirtualHostTls> {
    this.#chosen = new Map();
    for (const id of this.#good.keys()) if (!source.secrets.has(id)) this.#good.delete(id);
    const chosen = new Map<string, VirtualHostTls>();
    const ruled = new Set(served.flatMap(({ rules }) => rules.map(({ host }) => host)));
    for (const fragment of served.filter(({ ingress }) => ingress.spec.tls.length > 0)) {
      for (const host of new Set(fragment.rules.map((rule) => rule.host))) {
        if (host !== '' && !chosen.has(host)) chosen.set(host, this.#decide(fragment.ingress, host, source, diagnostics));
      }
      diagnostics.push(...unusedEntries(fragment.ingress, ruled, chosen));
    }
    return chosen;
  }

  /**
   * The certificate for names without one of their own, by NAMESPACE/NAME of its Secret; undefined for none, and for a Secret
   * that cannot be used, which is reported. After `choose`.
   */
  chooseDefault(id: string, { secrets, setAside }: CertificateSource, diagnostics: Diagnostic[]): VirtualHostTls | undefined {
    if (id === '') return undefined;
    const slash = id.indexOf('/');
    const from: Origin = { object: { kind: 'Secret', namespace: id.slice(0, slash), name: id.slice(slash + 1) }, field: '' };
    const secret = secrets.get(id);
    const refused = setAside?.get(`Secret ${id}`);
    if (secret === undefined)
      return refuse(
        diagnostics,
        refused === undefined
          ? diagnose('SLU1401', from, 'it is the default certificate and does not exist; a self-signed one is served')
          : diagnose('SLU1402', from, `it is the default certificate: ${refused}`),
      );
    const certificate = this.#usable(secret, id, (why) =>
      diagnostics.push(diagnose('SLU1402', from, `it is the default certificate: ${why}`)),
    );
    if (certificate === undefined) return undefined;
    this.#chosen.set(id, certificate);
    return { certificate: id, from };
  }

  #decide(ingress: Ingress, host: string, source: CertificateSource, diagnostics: Diagnostic[]): VirtualHostTls {
    const { tls } = ingress.spec;
    const listed = tls.findIndex(({ hosts }) => hosts.some((name) => name.toLowerCase() === host));
    const index =
      listed >= 0 ? listed : tls.findIndex(({ secretName }) => this.#covers(`${ingress.metadata.namespace}/${secretName}`, host, source));
    const entry = tls[index];
    if (entry === undefined) return { certificate: undefined, from: originOf(ingress, 'spec.tls') };
    const from = originOf(ingress, `spec.tls[${index}]`);
    return { certificate: this.#find({ entry, host, from }, source, diagnostics), from };
  }

  #covers(id: string, host: string, { secrets }: CertificateSource): boolean {
    const secret = secrets.get(id);
    return secret !== undefined && this.#usable(secret, id)?.names.some((name) => covers(name, host)) === true;
  }

  #find({ entry, host, from }: Wanted, source: CertificateSource, diagnostics: Diagnostic[]): string | undefined {
    if (entry.secretName === '') return undefined;
    const at: Origin = { ...from, field: `${from.field}.secretName` };
    const id = `${from.object.namespace}/${entry.secretName}`;
    const secret = source.secrets.get(id);
    if (secret === undefined) {
      const refused = source.setAside?.get(`Secret ${id}`);
      if (refused !== undefined) return refuse(diagnostics, diagnose('SLU1402', at, `Secret ${id}: ${refused}`));
      return refuse(diagnostics, diagnose('SLU1401', at, `Secret ${id} does not exist`));
    }
    const certificate = this.#usable(secret, id, (why) => diagnostics.push(diagnose('SLU1402', at, `Secret ${id}: ${why}`)));
    if (certificate === undefined) return undefined;
    if (!this.#covers(id, host, source))
      return refuse(diagnostics, diagnose('SLU1403', at, `the certificate of Secret ${id} does not cover ${host}`));
    this.#chosen.set(id, certificate);
    return id;
  }

  /** What is served of a Secret; undefined for nothing. `tell` gets what is wrong with it. */
  #usable(secret: Secret, id: string, tell?: (why: string) => void): Certificate | undefined {
    let parsed = this.#parsed.get(secret);
    if (parsed === undefined) this.#parsed.set(secret, (parsed = readCertificate(secret, id)));
    if (parsed.kind === 'certificate') {
      this.#good.set(id, parsed.certificate);
      return parsed.certificate;
    }
    const good = this.#good.get(id);
    tell?.(good === undefined ? parsed.why : `${parsed.why}; what it held before is served`);
    return good;
  }
}

/** Where certificates come from. */
export interface CertificateSource {
  /** By `namespace/name`. */
  readonly secrets: ReadonlyMap<string, Secret>;
  /** Why a Secret is not among them although it exists, by `Secret namespace/name`. */
  readonly setAside: ReadonlyMap<string, string> | undefined;
}

interface Wanted {
  readonly entry: IngressTls;
  readonly host: string;
  readonly from: Origin;
}

/** Hosts listed under `tls` without any effect: no rule serves them, or an older Ingress has chosen another Secret. */
function unusedEntries(ingress: Ingress, ruled: ReadonlySet<string>, chosen: ReadonlyMap<string, VirtualHostTls>): Diagnostic[] {
  return ingress.spec.tls.flatMap(({ hosts, secretName }, index) =>
    hosts.flatMap((listed): Diagnostic[] => {
      const host = listed.toLowerCase();
      const from = originOf(ingress, `spec.tls[${index}]`);
      if (!ruled.has(host)) return [diagnose('SLU1405', from, `no rule serves the host ${JSON.stringify(host.slice(0, 80))}`)];
      const winner = chosen.get(host);
      const id = secretName === '' ? undefined : `${ingress.metadata.namespace}/${secretName}`;
      if (winner === undefined || winner.certificate === id || formatObject(winner.from.object) === formatObject(from.object)) return [];
      return [diagnose('SLU1406', from, `${formatObject(winner.from.object)} is older and decides the certificate of ${host}`)];
    }),
  );
}

/** ingress-nginx warns this long before the end. */
const EXPIRES_SOON_MS = 10 * 24 * 60 * 60 * 1000;

function expiry({ notBeforeMs, notAfterMs, from }: Certificate, nowMs: number): Diagnostic[] {
  if (notBeforeMs > nowMs) return [diagnose('SLU1404', from, `the certificate is not valid before ${new Date(notBeforeMs).toISOString()}`)];
  if (notAfterMs > nowMs + EXPIRES_SOON_MS) return [];
  const verb = notAfterMs > nowMs ? 'expires' : 'expired';
  return [diagnose('SLU1404', from, `the certificate ${verb} at ${new Date(notAfterMs).toISOString()}`)];
}

function refuse(diagnostics: Diagnostic[], diagnostic: Diagnostic): undefined {
  diagnostics.push(diagnostic);
  return undefined;
}

/** RFC 6125: a leading `*.` stands for one label. The wildcard host `*.example.com` is covered by the same name only. */
export function covers(name: string, host: string): boolean {
  if (name === host) return true;
  const dot = host.indexOf('.');
  return name.startsWith('*.') && dot > 0 && name.slice(1) === host.slice(dot);
}
