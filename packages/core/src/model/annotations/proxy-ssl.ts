import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { diagnose } from '../../observe/diagnostic.ts';
import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { Secret } from '../../watch/kinds/secret.ts';
import type { UpstreamTls } from '../upstream-tls.ts';
import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution, References } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { integer, matching, oneOf, text } from './value-parsers.ts';

const common = { target: 'Route.policies: upstream-tls', onInvalid: 'fallback' } as const;

const secretName = annotation({
  ...common,
  key: 'proxy-ssl-secret',
  risk: 'Medium',
  values: 'namespace/name of a Secret in the namespace of the Ingress',
  effect:
    'Certificate that HTTPS endpoints are shown (tls.crt, tls.key) and authorities that they are verified by (ca.crt). The other proxy-ssl annotations count only with it.',
  standard: 'no certificate, no verification',
  onInvalid: 'reject',
  parse: text.basic,
});

const verify = annotation({
  ...common,
  key: 'proxy-ssl-verify',
  risk: 'Low',
  values: 'on | off',
  effect: 'Refuses endpoints whose certificate is not from ca.crt of the Secret or not for proxy-ssl-name.',
  standard: 'off',
  parse: oneOf(['on', 'off']),
});

const verifyDepth = annotation({
  ...common,
  key: 'proxy-ssl-verify-depth',
  risk: 'Low',
  values: 'a whole number; 0 means 1',
  effect: 'Intermediate certificates that the chain of an endpoint may have.',
  standard: '1',
  parse: (value) => {
    const parsed = integer(value);
    return parsed.ok && parsed.value < 0 ? { ok: false, reason: 'it must not be negative' } : parsed;
  },
});

const serverName = annotation({
  ...common,
  key: 'proxy-ssl-server-name',
  risk: 'Low',
  values: 'on | off',
  effect: 'Sends proxy-ssl-name to endpoints as server name (SNI).',
  standard: 'off',
  parse: oneOf(['on', 'off']),
});

const sslName = annotation({
  ...common,
  key: 'proxy-ssl-name',
  risk: 'High',
  values: 'a host name',
  effect: 'Name that the certificate of an endpoint must cover, and that is sent as server name.',
  standard: 'upstream_balancer, as in ingress-nginx, which no real certificate covers',
  parse: text.pattern,
});

type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

const protocols = annotation<readonly TlsVersion[]>({
  ...common,
  key: 'proxy-ssl-protocols',
  risk: 'Low',
  values: 'words out of TLSv1.2 TLSv1.3',
  effect: 'TLS versions offered to endpoints.',
  standard: 'TLSv1.2',
  parse: (value) => {
    const versions: TlsVersion[] = [];
    for (const word of value.split(/\s+/)) {
      const parsed = oneOf(['TLSv1.2', 'TLSv1.3'])(word);
      if (!parsed.ok) return parsed;
      versions.push(parsed.value);
    }
    return { ok: true, value: versions };
  },
});

const ciphers = annotation({
  ...common,
  key: 'proxy-ssl-ciphers',
  risk: 'Medium',
  values: 'an OpenSSL cipher list',
  effect: 'Ciphers offered to endpoints; a list that has none makes the requests fail with 502.',
  standard: 'DEFAULT',
  parse: matching(/^[A-Za-z0-9+:_\-!]*$/, 'letters, digits and + : _ - !'),
});

/** TLS to endpoints. */
export const proxySslGroup: AnnotationGroup = {
  name: 'proxy-ssl',
  annotations: [secretName, verify, verifyDepth, serverName, sslName, protocols, ciphers],
  contribute,
};

/** What nginx calls the group of endpoints, and so takes for their name where none is given. */
const NAMELESS = 'upstream_balancer';

function contribute(settings: IngressSettings, references: References): Contribution {
  const id = settings.get(secretName);
  if (id === undefined) return { diagnostics: withoutSecret(settings) };
  const from = settings.from(secretName);
  const found = findSecret(id, settings, references);
  if (typeof found !== 'string') {
    const tls = tlsOf(settings, found);
    return { policies: [{ kind: 'upstream-tls', tls, from }], diagnostics: nameless(settings) };
  }
  return { denied: { because: found, from }, diagnostics: [diagnose('SLU1506', from, `${found}: the paths of the Ingress answer 503`)] };
}

function withoutSecret(settings: IngressSettings): Diagnostic[] {
  return [verify, verifyDepth, serverName, sslName, protocols, ciphers]
    .filter((option) => settings.has(option))
    .map((option) => diagnose('SLU1524', settings.from(option), 'it counts only together with proxy-ssl-secret, which is missing'));
}

function nameless(settings: IngressSettings): Diagnostic[] {
  if (settings.get(verify) !== 'on' || settings.has(sslName)) return [];
  const message = `without proxy-ssl-name certificates are checked for the name ${NAMELESS}, as in ingress-nginx: most are refused`;
  return [diagnose('SLU1524', settings.from(verify), message)];
}

/** The Secret, or why it cannot be used. */
function findSecret(id: string, settings: IngressSettings, references: References): Secret | string {
  const { namespace } = settings.ingress.metadata;
  if (!/^[^/]+\/[^/]+$/.test(id)) return `${JSON.stringify(id.slice(0, 80))} is not namespace/name`;
  if (!id.startsWith(`${namespace}/`) && !settings.global.rules.otherNamespaces) return `the Secret ${id} is in another namespace`;
  const secret = references.secret(id);
  if (secret === undefined) return `the Secret ${id} does not exist`;
  return problemOf(secret) ?? secret;
}

function problemOf({ data, metadata }: Secret): string | undefined {
  const name = `the Secret ${metadata.namespace}/${metadata.name}`;
  const [chain, key, authorities] = [data['tls.crt'], data['tls.key'], data['ca.crt']];
  if ((chain === undefined || key === undefined) && authorities === undefined) return `${name} has neither tls.crt and tls.key nor ca.crt`;
  try {
    const authority = authorities && new X509Certificate(authorities.reveal());
    if (chain === undefined || key === undefined) return authority && undefined;
    const fits = new X509Certificate(chain.reveal()).checkPrivateKey(createPrivateKey(key.reveal()));
    return fits ? undefined : `tls.key of ${name} does not belong to tls.crt`;
  } catch {
    return `${name} does not hold certificates and a key in PEM form`;
  }
}

function tlsOf(settings: IngressSettings, { data }: Secret): UpstreamTls {
  const [chain, key, authorities] = [data['tls.crt'], data['tls.key'], data['ca.crt']];
  const settled = { ...(authorities && { authorities: authorities.reveal() }), ...optionsOf(settings) };
  const client = chain && key && { chain: chain.reveal(), privateKey: key };
  const id = createHash('sha256').update(JSON.stringify([settled, chain?.fingerprint, key?.fingerprint]));
  return { id: id.digest('hex').slice(0, 32), ...settled, ...(client && { client }) };
}

function optionsOf(settings: IngressSettings): Omit<UpstreamTls, 'id' | 'client' | 'authorities'> {
  const list = settings.get(ciphers);
  return {
    verify: settings.get(verify) === 'on',
    verifyDepth: settings.get(verifyDepth) || 1,
    name: settings.get(sslName) ?? NAMELESS,
    sendServerName: settings.get(serverName) === 'on',
    protocols: settings.get(protocols) ?? ['TLSv1.2'],
    ...(list !== undefined && { ciphers: list }),
  };
}
