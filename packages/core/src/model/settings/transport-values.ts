import { opensslRefusal } from '../../tls/openssl.ts';
import type { Secret } from '../../watch/kinds/secret.ts';
import type { Parsed } from '../annotations/annotation.ts';
import { KeyMaterial } from '../key-material.ts';
import type { ParsedSetting } from './setting.ts';

/** Versions of TLS that are spoken. */
export interface ProtocolRange {
  readonly least: TlsVersion;
  readonly most: TlsVersion;
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3';

const SPOKEN: readonly TlsVersion[] = ['TLSv1.2', 'TLSv1.3'];
/** nginx takes these words too; current TLS libraries speak none of them. */
const OLDER: readonly string[] = ['SSLv2', 'SSLv3', 'TLSv1', 'TLSv1.1'];

export function protocolRange(text: string): ParsedSetting<ProtocolRange> {
  const words = text.split(/\s+/).filter((word) => word !== '');
  const [least, most] = [SPOKEN.find((one) => words.includes(one)), SPOKEN.findLast((one) => words.includes(one))];
  if (least === undefined || most === undefined) return { ok: false, reason: 'neither TLSv1.2 nor TLSv1.3 is in it' };
  const [unknown] = words.filter((word) => !SPOKEN.some((one) => one === word));
  if (unknown === undefined) return { ok: true, value: { least, most } };
  const but = OLDER.includes(unknown) ? 'is older than what is spoken' : 'is no version of TLS';
  return { ok: true, value: { least, most }, but: `${quoted(unknown)} ${but} and is left out` };
}

const LONGEST_LIST = 4096;
const SELECTION = /^(?:[-+!]?[A-Za-z0-9_-]+(?:\+[A-Za-z0-9_-]+)*|@STRENGTH)$/;

/** An OpenSSL cipher list without what OpenSSL does not know, which proxies might not take. */
export function cipherList(text: string): ParsedSetting<string> {
  if (text.length > LONGEST_LIST) return { ok: false, reason: `it must not be longer than ${LONGEST_LIST} characters` };
  const words = text.split(/[:, ]+/).filter((word) => word !== '');
  const known = words.filter(isKnown);
  const value = known.join(':');
  if (value === '' || opensslRefusal({ ciphers: value, maxVersion: 'TLSv1.2' }) !== undefined)
    return { ok: false, reason: 'OpenSSL finds no cipher of TLS 1.2 in it' };
  const lost = words.filter((word) => !known.includes(word));
  if (lost.length === 0) return { ok: true, value };
  const some = lost.slice(0, 3).map(quoted).join(', ');
  return { ok: true, value, but: `OpenSSL does not know ${some}${lost.length > 3 ? ' and others' : ''}: left out` };
}

/** Suites of TLS 1.3 have lists of their own; the level of security is not for a cipher list to lower. */
function isKnown(word: string): boolean {
  if (!SELECTION.test(word) || word.startsWith('TLS_')) return false;
  if (word.startsWith('@')) return true;
  const names = word.replace(/^[-+!]/, '');
  // What is only taken away may be there or not.
  return word !== names ? true : opensslRefusal({ ciphers: names, maxVersion: 'TLSv1.2' }) === undefined;
}

/** By the names that people use; the values are those that every OpenSSL knows. */
const CURVES: ReadonlyMap<string, string> = new Map([
  ['x25519', 'X25519'],
  ['x448', 'X448'],
  ['prime256v1', 'prime256v1'],
  ['p-256', 'prime256v1'],
  ['secp384r1', 'secp384r1'],
  ['p-384', 'secp384r1'],
  ['secp521r1', 'secp521r1'],
  ['p-521', 'secp521r1'],
]);

export function curveList(text: string): ParsedSetting<readonly string[]> {
  if (text === 'auto') return { ok: true, value: [] };
  const words = text.split(':').map((word) => word.trim());
  const value = [...new Set(words.flatMap((word) => CURVES.get(word.toLowerCase()) ?? []))];
  if (value.length === 0) return { ok: false, reason: 'it names no curve that is known here' };
  const lost = words.find((word) => !CURVES.has(word.toLowerCase()));
  return lost === undefined
    ? { ok: true, value }
    : { ok: true, value, but: `${quoted(lost)} is no curve that is known here, and is left out` };
}

const TICKET_KEY_BYTES: readonly number[] = [48, 80];

export function ticketKey(text: string): Parsed<KeyMaterial | undefined> {
  if (text === 'random' || text === '') return { ok: true, value: undefined };
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  if (!isBase64 || !TICKET_KEY_BYTES.includes(Buffer.from(text, 'base64').length))
    return { ok: false, reason: 'it must be base64 of 48 or 80 bytes' };
  return { ok: true, value: new KeyMaterial(text) };
}

const PARAMETERS = /-----BEGIN DH PARAMETERS-----([^-]*)-----END DH PARAMETERS-----/;
const LEAST_BITS = 2048;
const MOST_BITS = 8192;

/** Parameters of a Secret; the reason goes on after its name. */
export function diffieHellman(secret: Secret | undefined): Parsed<string> {
  if (secret === undefined) return { ok: false, reason: 'does not exist' };
  const block = PARAMETERS.exec(secret.data['dhparam.pem']?.reveal() ?? '');
  if (block === null) return { ok: false, reason: 'has no DH PARAMETERS under the key dhparam.pem' };
  const bits = primeBits(Buffer.from(block[1] ?? '', 'base64'));
  if (bits < LEAST_BITS || bits > MOST_BITS)
    return { ok: false, reason: `has parameters of ${bits} bits: ${LEAST_BITS} to ${MOST_BITS} are taken` };
  const pem = `${block[0]}\n`;
  const refusal = opensslRefusal({ dhparam: pem });
  return refusal === undefined ? { ok: true, value: pem } : { ok: false, reason: `has parameters that OpenSSL refuses (${refusal})` };
}

/** The length of the first number of a sequence in DER (PKCS#3); 0 for something else. */
function primeBits(der: Buffer): number {
  const outer = lengthAt(der, 0);
  const inner = outer && der[outer.next] === 2 ? lengthAt(der, outer.next) : undefined;
  if (inner === undefined) return 0;
  const digits = der
    .subarray(inner.next, inner.next + inner.length)
    .toString('hex')
    .replace(/^0+/, '');
  return digits === '' ? 0 : digits.length * 4 - (Math.clz32(Number.parseInt(digits[0] ?? '0', 16)) - 28);
}

function lengthAt(der: Buffer, at: number): { readonly length: number; readonly next: number } | undefined {
  const first = der[at + 1];
  if (first === undefined) return undefined;
  if (first < 0x80) return { length: first, next: at + 2 };
  const count = first & 0x7f;
  return count > 0 && count <= 4 && der.length > at + 2 + count
    ? { length: der.readUIntBE(at + 2, count), next: at + 2 + count }
    : undefined;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}
