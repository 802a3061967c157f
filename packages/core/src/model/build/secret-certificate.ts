import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { opensslRefusal } from '../../tls/openssl.ts';
import type { Secret } from '../../watch/kinds/secret.ts';
import type { Certificate } from '../certificate.ts';
import { KeyMaterial } from '../key-material.ts';

/** What the certificate of a Secret is, or why there is none. */
export type SecretCertificate =
  | { readonly kind: 'certificate'; readonly certificate: Certificate }
  | { readonly kind: 'unusable'; readonly why: string };

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
const PEM_BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----/;

/** Clients with OpenSSL end handshakes with more than this (`SSL_CTX_set_max_cert_list`). */
const LONGEST_CHAIN_BYTES = 100 * 1024;

/**
 * Reads a certificate with its key as ingress-nginx does: the first block of `tls.crt` is the certificate of the key, what follows are those
 * above it, and other blocks than certificates are left out. Texts around blocks, line ends and the form of the key (PKCS#1, PKCS#8, SEC 1)
 * do not matter; what comes out has one form, so that every proxy reads the same.
 */
export function readCertificate({ data, metadata: { namespace, name } }: Secret, id: string): SecretCertificate {
  const [chainText, keyText] = [data['tls.crt'], data['tls.key']];
  if (chainText === undefined || keyText === undefined) return unusable(`it has no ${chainText === undefined ? 'tls.crt' : 'tls.key'}`);
  const chain = chainOf(chainText.reveal());
  if (typeof chain === 'string') return unusable(chain);
  const key = attempt(() => createPrivateKey(keyText.reveal()));
  if (key === undefined) return unusable('tls.key is not an unencrypted PEM private key');
  const why = mismatch(chain, key);
  if (why !== undefined) return unusable(why);
  const { leaf, text } = chain;
  const [notBeforeMs, notAfterMs] = [Date.parse(leaf.validFrom), Date.parse(leaf.validTo)];
  if (Number.isNaN(notBeforeMs) || Number.isNaN(notAfterMs)) return unusable('the dates of its certificate cannot be read');
  const pem = key.export({ type: 'pkcs8', format: 'pem' });
  const refusal = opensslRefusal({ cert: text, key: pem });
  if (refusal !== undefined) return unusable(`the TLS library refuses it: ${refusal}`);
  const certificate = {
    id,
    chain: text,
    privateKey: new KeyMaterial(pem),
    fingerprint: leaf.fingerprint256,
    names: namesOf(leaf),
    notBeforeMs,
    notAfterMs,
    from: { object: { kind: 'Secret', namespace, name }, field: 'data' },
  };
  return { kind: 'certificate', certificate };
}

function unusable(why: string): SecretCertificate {
  return { kind: 'unusable', why };
}

interface Chain {
  readonly leaf: X509Certificate;
  readonly above: readonly X509Certificate[];
  /** Only what are certificates: people put private keys into tls.crt too, and a chain is public. */
  readonly text: string;
}

/** The certificates, or what is wrong with them. */
function chainOf(text: string): Chain | string {
  const first = PEM_BLOCK.exec(text)?.[1];
  if (first !== undefined && first !== 'CERTIFICATE') return `tls.crt begins with another PEM block than a certificate: ${first}`;
  const read = attempt(() => (text.match(PEM_CERTIFICATE) ?? []).map((block) => new X509Certificate(block)));
  const [leaf, ...above] = read ?? [];
  if (leaf === undefined) return 'tls.crt is not a chain of PEM certificates';
  const bytes = [leaf, ...above].reduce((sum, { raw }) => sum + raw.length, 0);
  if (bytes > LONGEST_CHAIN_BYTES) return `the chain in tls.crt has ${bytes} bytes: clients refuse more than ${LONGEST_CHAIN_BYTES}`;
  return { leaf, above, text: [leaf, ...above].join('') };
}

function mismatch({ leaf, above }: Chain, key: KeyObject): string | undefined {
  if (leaf.checkPrivateKey(key)) return undefined;
  return above.some((one) => one.checkPrivateKey(key))
    ? 'tls.key belongs to a certificate that is not the first in tls.crt: its own must come first, those above it after it'
    : 'tls.key does not belong to the certificate in tls.crt';
}

/** OpenSSL's own messages may quote the input, so only the fact of a failure is kept. */
function attempt<Value>(parse: () => Value): Value | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}

/** DNS names of the SAN; only a certificate without a SAN stands for its common name. Names that Node.js quotes are none of hosts. */
function namesOf({ subjectAltName, subject }: X509Certificate): string[] {
  const common = /(?:^|\n)CN=(.*)/.exec(subject)?.[1] ?? '';
  const names =
    subjectAltName === undefined ? [common] : [...subjectAltName.matchAll(/(?:^|, )DNS:([^",]+)/g)].map((match) => match[1] ?? '');
  return names
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
    .toSorted();
}
