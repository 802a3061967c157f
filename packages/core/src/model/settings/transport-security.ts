import type { KeyMaterial } from '../key-material.ts';
import type { Origin } from '../origin.ts';
import { cipherList, curveList, diffieHellman, protocolRange, ticketKey } from './transport-values.ts';
import type { ProtocolRange } from './transport-values.ts';
import { durationBetween, sizeBetween } from './quantities.ts';
import { objectName, settingText } from './setting.ts';
import type { Setting, SettingGroup, SettingValues } from './setting.ts';
import { diagnose } from '../../observe/diagnostic.ts';

/** How TLS is spoken to clients. */
export interface TransportSecurity {
  readonly protocols: ProtocolRange;
  /** Ciphers of TLS 1.2 as OpenSSL writes them; the order counts. */
  readonly ciphers: string;
  /** In the order of preference; none: those that the TLS library prefers. */
  readonly curves: readonly string[];
  readonly sessions: TlsSessions;
  readonly recordBytes: number;
  /** Requests are taken before the handshake is over (TLS 1.3 0-RTT). */
  readonly earlyData: boolean;
  /** Parameters of DHE, PEM. */
  readonly diffieHellman?: { readonly pem: string; readonly from: Origin };
  /** A client that asks for a name that no host has, or for none, gets no certificate. */
  readonly refusesUnknownNames: boolean;
  /** Answers of the authority about certificates are sent along (OCSP stapling). */
  readonly stapling: boolean;
}

/** Which sessions clients may take up again. */
export interface TlsSessions {
  /** The server remembers them. */
  readonly kept: boolean;
  readonly keptBytes: number;
  readonly timeoutMs: number;
  /** Clients keep them themselves. */
  readonly tickets: boolean;
  /** Base64 of 48 or 80 bytes; absent: each process has its own. */
  readonly ticketKey?: { readonly base64: KeyMaterial; readonly from: Origin };
}

const protocols: Setting<ProtocolRange> = {
  key: 'ssl-protocols',
  standard: 'TLSv1.2 TLSv1.3',
  values: '`TLSv1.2`, `TLSv1.3` or both; older ones are left out',
  effect: 'Versions of TLS',
  protects: true,
  parse: protocolRange,
};

const ciphers: Setting<string> = {
  key: 'ssl-ciphers',
  standard:
    'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-AES128-GCM-SHA256',
  values: 'an OpenSSL cipher list; what OpenSSL does not know is left out',
  effect: 'Ciphers of TLS 1.2, the preferred ones first',
  protects: true,
  parse: cipherList,
};

const curves: Setting<readonly string[]> = {
  key: 'ssl-ecdh-curve',
  standard: 'auto',
  values: '`auto`, or names with a colon between them: X25519, X448, prime256v1 (P-256), secp384r1 (P-384), secp521r1 (P-521)',
  effect: 'Groups for the exchange of keys, the preferred ones first',
  parse: curveList,
};

const cache: Setting<boolean> = {
  key: 'ssl-session-cache',
  standard: 'true',
  values: 'true or false',
  effect: 'Remembers sessions, so that clients can take them up again',
  parse: settingText.bool,
};

const cacheSize: Setting<number> = {
  key: 'ssl-session-cache-size',
  standard: '10m',
  values: 'a size from 64k to 1024m',
  effect: 'Memory for sessions',
  parse: sizeBetween(64 * 1024, 1024 ** 3),
};

const timeout: Setting<number> = {
  key: 'ssl-session-timeout',
  standard: '10m',
  values: 'a time from 1s to 1d',
  effect: 'How long a session can be taken up again',
  parse: durationBetween(1000, 86_400_000),
};

const tickets: Setting<boolean> = {
  key: 'ssl-session-tickets',
  standard: 'false',
  values: 'true or false',
  effect: 'Gives sessions to clients as encrypted tickets',
  parse: settingText.bool,
};

const ticketSecret: Setting<KeyMaterial | undefined> = {
  key: 'ssl-session-ticket-key',
  standard: 'random',
  values: 'base64 of 48 or 80 random bytes',
  effect: 'Encrypts tickets, so that other processes with the same key take them',
  secret: true,
  parse: ticketKey,
};

const recordSize: Setting<number> = {
  key: 'ssl-buffer-size',
  standard: '4k',
  values: 'a size from 1k to 16k',
  effect: 'Largest piece of an answer that is encrypted at once',
  parse: sizeBetween(1024, 16 * 1024),
};

const earlyData: Setting<boolean> = {
  key: 'ssl-early-data',
  standard: 'false',
  values: 'true or false',
  effect: 'Takes requests before the handshake is over (TLS 1.3); they may be repeated by others',
  parse: settingText.bool,
};

const parameters: Setting<string> = {
  key: 'ssl-dh-param',
  standard: '',
  values: 'namespace/name of a Secret with `dhparam.pem`, of 2048 bits at least',
  effect: 'Parameters for ciphers with DHE',
  names: 'Secret',
  parse: objectName,
};

const rejects: Setting<boolean> = {
  key: 'ssl-reject-handshake',
  standard: 'false',
  values: 'true or false',
  effect: 'Refuses clients that ask for a name that no host has, or for none, instead of showing the default certificate',
  protects: true,
  parse: settingText.bool,
};

const stapling: Setting<boolean> = {
  key: 'enable-ocsp',
  standard: 'false',
  values: 'true or false',
  effect: 'Sends the answer of the authority about a certificate along (OCSP stapling)',
  parse: settingText.bool,
};

/** TLS to clients. */
export const transportSecurityGroup: SettingGroup<TransportSecurity> = {
  name: 'transport-security',
  settings: [
    protocols,
    ciphers,
    curves,
    cache,
    cacheSize,
    timeout,
    tickets,
    ticketSecret,
    recordSize,
    earlyData,
    parameters,
    rejects,
    stapling,
  ],
  read: (values) => ({
    protocols: values.get(protocols),
    ciphers: values.get(ciphers),
    curves: values.get(curves),
    sessions: sessionsOf(values),
    recordBytes: values.get(recordSize),
    earlyData: values.get(earlyData),
    ...diffieHellmanOf(values),
    refusesUnknownNames: values.get(rejects),
    stapling: values.get(stapling),
  }),
};

function sessionsOf(values: SettingValues): TlsSessions {
  const [base64, from] = [values.get(ticketSecret), values.from(ticketSecret)];
  return {
    kept: values.get(cache),
    keptBytes: values.get(cacheSize),
    timeoutMs: values.get(timeout),
    tickets: values.get(tickets),
    ...(base64 !== undefined && from !== undefined && { ticketKey: { base64, from } }),
  };
}

function diffieHellmanOf(values: SettingValues): Pick<TransportSecurity, 'diffieHellman'> {
  const [id, from] = [values.get(parameters), values.from(parameters)];
  if (id === '' || from === undefined) return {};
  const found = diffieHellman(values.references.secret(id));
  if (found.ok) return { diffieHellman: { pem: found.value, from } };
  values.tell(diagnose('SLU1603', from, `the Secret ${id} ${found.reason}; it counts as absent`));
  return {};
}
