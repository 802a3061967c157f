import { issue } from './issued.ts';
import type { Issued, Wish } from './issued.ts';

/** What a Secret holds, and what must be served for the host that names it. */
export interface MadeSecret {
  readonly data: Readonly<Record<string, string>>;
  readonly type?: string;
  /** The certificate of the Secret, where it is served; otherwise the default one is. */
  readonly shown?: Issued;
  /** What a client that trusts nothing else needs to trust the chain that is sent. */
  readonly root?: Issued;
}

export interface SecretSample {
  readonly name: string;
  /** Codes of what its owner is told, of the Ingress unless they begin with `Secret`. */
  readonly told?: readonly string[];
  /** Backends that serve the default certificate instead, as their documentation says. */
  readonly notBy?: readonly string[];
  /** Names that are asked for instead of the host. */
  readonly asks?: (host: string) => readonly string[];
  make(host: string): Promise<MadeSecret>;
}

const UNUSABLE = ['SLU1402'];

async function pair(wish: Wish, change: (made: Issued) => Partial<Record<'cert' | 'key', string>> = () => ({})): Promise<MadeSecret> {
  const shown = await issue(wish);
  const { cert, key } = { ...shown, ...change(shown) };
  return { data: { 'tls.crt': cert, 'tls.key': key }, shown };
}

async function refused(wish: Wish, change?: (made: Issued) => Partial<Record<'cert' | 'key', string>>): Promise<MadeSecret> {
  const { data } = await pair(wish, change);
  return { data };
}

/** A leaf with the authorities above it. */
async function chain(host: string): Promise<{ readonly root: Issued; readonly middle: Issued; readonly leaf: Issued }> {
  const root = await issue({ subject: 'CN=Test Root', authority: true });
  const middle = await issue({ subject: 'CN=Test Intermediate', authority: true, by: root });
  return { root, middle, leaf: await issue({ subject: 'CN=leaf', names: [host], by: middle }) };
}

const lines = (text: string): string => text.replaceAll('\n', '\r\n');
const bags = (text: string): string => `Bag Attributes\n    friendlyName: -- a "name" --\nsubject=CN = x\n${text}\ntrailing text\n`;

/** Kinds of keys and how they are written. */
const keys: readonly SecretSample[] = [
  { name: 'p256', make: (host) => pair({ names: [host], key: 'P-256' }) },
  { name: 'p384', make: (host) => pair({ names: [host], key: 'P-384' }) },
  { name: 'ed25519', make: (host) => pair({ names: [host], key: 'Ed25519' }) },
  { name: 'rsa2048', make: (host) => pair({ names: [host], key: 'RSA 2048' }) },
  { name: 'rsa4096', make: (host) => pair({ names: [host], key: 'RSA 4096' }) },
  { name: 'rsa1024', told: UNUSABLE, make: (host) => refused({ names: [host], key: 'RSA 1024' }) },
  {
    name: 'pkcs1',
    make: (host) => pair({ names: [host], key: 'RSA 2048' }, (made) => ({ key: pem(made, 'pkcs1') })),
  },
  { name: 'sec1', make: (host) => pair({ names: [host] }, (made) => ({ key: pem(made, 'sec1') })) },
  {
    name: 'ec-parameters',
    make: (host) =>
      pair({ names: [host] }, (made) => ({
        key: `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${pem(made, 'sec1')}`,
      })),
  },
  {
    name: 'encrypted',
    told: UNUSABLE,
    make: (host) =>
      refused({ names: [host] }, ({ privateKey }) => ({
        key: privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }),
      })),
  },
  {
    name: 'encrypted-pkcs1',
    told: UNUSABLE,
    make: (host) =>
      refused({ names: [host], key: 'RSA 2048' }, ({ privateKey }) => ({
        key: privateKey.export({ type: 'pkcs1', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'secret' }),
      })),
  },
  {
    name: 'foreign-key',
    told: UNUSABLE,
    make: async (host) => {
      const other = await issue({ names: [host] });
      return refused({ names: [host] }, () => ({ key: other.key }));
    },
  },
  {
    name: 'certificate-in-key',
    make: async (host) => {
      const stray = await issue({ subject: 'CN=stray', names: ['stray.test'] });
      return pair({ names: [host] }, ({ key }) => ({ key: `${key}${stray.cert}` }));
    },
  },
];

function pem({ privateKey }: Issued, type: 'pkcs1' | 'sec1'): string {
  return privateKey.export({ type, format: 'pem' });
}

/** How certificates are written. */
const texts: readonly SecretSample[] = [
  { name: 'carriage-returns', make: (host) => pair({ names: [host] }, ({ cert, key }) => ({ cert: lines(cert), key: lines(key) })) },
  { name: 'text-around', make: (host) => pair({ names: [host] }, ({ cert, key }) => ({ cert: bags(cert), key: bags(key) })) },
  {
    name: 'no-last-newline',
    make: (host) => pair({ names: [host] }, ({ cert, key }) => ({ cert: cert.trimEnd(), key: key.trimEnd() })),
  },
  { name: 'much-text-around', make: (host) => pair({ names: [host] }, ({ cert }) => ({ cert: `${'# nothing\n'.repeat(90_000)}${cert}` })) },
  {
    name: 'key-first',
    told: UNUSABLE,
    make: (host) => refused({ names: [host] }, ({ cert, key }) => ({ cert: `${key}${cert}` })),
  },
  { name: 'key-last', make: (host) => pair({ names: [host] }, ({ cert, key }) => ({ cert: `${cert}${key}` })) },
  { name: 'garbage', told: UNUSABLE, make: (host) => refused({ names: [host] }, () => ({ cert: 'garbage', key: 'garbage' })) },
  {
    name: 'damaged',
    told: UNUSABLE,
    make: (host) => refused({ names: [host] }, ({ cert }) => ({ cert: cert.replace(/\n.{10}/, '\nAAAAAAAAAA') })),
  },
  {
    name: 'damaged-above',
    told: UNUSABLE,
    make: (host) => refused({ names: [host] }, ({ cert }) => ({ cert: `${cert}${cert.replace(/\n.{10}/, '\nAAAAAAAAAA')}` })),
  },
  { name: 'empty', told: UNUSABLE, make: (host) => refused({ names: [host] }, () => ({ cert: '', key: '' })) },
  { name: 'huge', told: UNUSABLE, make: (host) => refused({ names: [host] }, () => ({ cert: 'A'.repeat(1_000_000) })) },
  { name: 'huge-chain', told: UNUSABLE, make: (host) => refused({ names: [host] }, ({ cert }) => ({ cert: cert.repeat(1500) })) },
  {
    name: 'no-key',
    told: UNUSABLE,
    make: async (host) => ({ data: { 'tls.crt': (await issue({ names: [host] })).cert } }),
  },
  {
    name: 'opaque',
    make: async (host) => ({ ...(await pair({ names: [host] })), type: 'Opaque' }),
  },
  {
    name: 'authority-only',
    told: UNUSABLE,
    make: async () => ({ data: { 'ca.crt': (await issue({ authority: true })).cert }, type: 'Opaque' }),
  },
];

/** Whom certificates are for and by, and when. */
const contents: readonly SecretSample[] = [
  { name: 'expired', told: ['Secret SLU1404'], make: (host) => pair({ names: [host], days: [30, -1] }) },
  { name: 'soon-over', told: ['Secret SLU1404'], make: (host) => pair({ names: [host], days: [30, 9] }) },
  { name: 'not-yet-valid', told: ['Secret SLU1404'], make: (host) => pair({ names: [host], days: [-10, 90] }) },
  { name: 'other-host', told: ['SLU1403'], make: () => refused({ names: ['elsewhere.test'] }) },
  { name: 'common-name', make: (host) => pair({ subject: `CN=${host}` }) },
  {
    name: 'common-name-beside',
    told: ['SLU1403'],
    make: (host) => refused({ subject: `CN=${host}`, names: ['elsewhere.test'] }),
  },
  { name: 'wildcard', make: () => pair({ names: ['*.wildcard.test'] }) },
  { name: 'wildcard-too-deep', told: ['SLU1403'], make: () => refused({ names: ['*.test'] }) },
  { name: 'upper-case', make: (host) => pair({ names: [host.toUpperCase()] }), asks: (host) => [host, host.toUpperCase()] },
  { name: 'xn--mnchen-3ya', make: (host) => pair({ names: [host] }) },
  { name: 'trailing-dot', notBy: ['haproxy'], make: (host) => pair({ names: [host] }), asks: (host) => [`${host}.`] },
  {
    name: 'chain',
    make: async (host) => {
      const { root, middle, leaf } = await chain(host);
      return { data: { 'tls.crt': `${leaf.cert}${middle.cert}`, 'tls.key': leaf.key }, shown: leaf, root };
    },
  },
  {
    name: 'chain-with-root',
    make: async (host) => {
      const { root, middle, leaf } = await chain(host);
      return { data: { 'tls.crt': `${leaf.cert}${middle.cert}${root.cert}`, 'tls.key': leaf.key }, shown: leaf, root };
    },
  },
  {
    name: 'chain-mixed-up',
    make: async (host) => {
      const { root, middle, leaf } = await chain(host);
      return { data: { 'tls.crt': `${leaf.cert}${root.cert}${middle.cert}`, 'tls.key': leaf.key }, shown: leaf, root };
    },
  },
  {
    name: 'chain-upside-down',
    told: UNUSABLE,
    make: async (host) => {
      const { middle, leaf } = await chain(host);
      return { data: { 'tls.crt': `${middle.cert}${leaf.cert}`, 'tls.key': leaf.key } };
    },
  },
  {
    name: 'chain-incomplete',
    make: async (host) => {
      const { leaf } = await chain(host);
      return { data: { 'tls.crt': leaf.cert, 'tls.key': leaf.key }, shown: leaf };
    },
  },
];

export const secretSamples: readonly SecretSample[] = [...keys, ...texts, ...contents];
