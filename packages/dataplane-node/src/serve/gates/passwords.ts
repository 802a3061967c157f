import { createHmac, randomBytes } from 'node:crypto';
import { binaryText } from '@sluice/core';
import type { KeyMaterial } from '@sluice/core';
import { PasswordChecker } from './password-checker.ts';
import { isCheap, passwordFits } from './password-hash.ts';

/** Passwords that are known to fit. */
const MOST_KNOWN = 10_000;

const tables = new WeakMap<KeyMaterial, ReadonlyMap<string, string>>();

/** A name and a password, as binary strings. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * The credentials of an `Authorization: Basic` header (RFC 7617); undefined when it is none.
 */
export function credentialsOf(authorization: string | undefined): Credentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/]+=*) *$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('latin1');
  const colon = decoded.indexOf(':');
  return colon < 0 ? undefined : { user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/**
 * Checks passwords against lists of users. A password that fitted is known by a keyed hash from then on, so that the next
 * request with it costs microseconds; the key is never written anywhere.
 */
export class Passwords {
  readonly #checker = new PasswordChecker();
  readonly #key = randomBytes(32);
  readonly #known = new Set<string>();
  readonly #underWay = new Map<string, Promise<boolean | undefined>>();

  /** At once where that is cheap; undefined when it cannot be told now. */
  check(users: KeyMaterial, { user, password }: Credentials): boolean | Promise<boolean | undefined> {
    const hash = tableOf(users).get(user);
    if (hash === undefined) return false;
    if (isCheap(hash)) return passwordFits(Buffer.from(password, 'latin1'), hash);
    const key = createHmac('sha256', this.#key).update(`${hash}\0`).update(password, 'latin1').digest('base64');
    return this.#known.has(key) || this.#ask(key, password, hash);
  }

  close(): void {
    this.#checker.close();
  }

  #ask(key: string, password: string, hash: string): Promise<boolean | undefined> {
    let asked = this.#underWay.get(key);
    if (asked === undefined) this.#underWay.set(key, (asked = this.#judge(key, password, hash)));
    return asked;
  }

  async #judge(key: string, password: string, hash: string): Promise<boolean | undefined> {
    const fits = await this.#checker.check({ password, hash });
    this.#underWay.delete(key);
    if (fits === true) this.#remember(key);
    return fits;
  }

  #remember(key: string): void {
    this.#known.add(key);
    if (this.#known.size <= MOST_KNOWN) return;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }
}

/** Lines `user:hash[:note]`; the first line of a user counts (nginx). Names are kept as the binary strings that come in headers. */
function tableOf(users: KeyMaterial): ReadonlyMap<string, string> {
  let table = tables.get(users);
  if (table === undefined) tables.set(users, (table = read(users.reveal())));
  return table;
}

function read(text: string): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name = '', hash = ''] = line.replace(/\r$/, '').split(':');
    const user = binaryText(name);
    if (name === '' || name.startsWith('#') || hash === '' || table.has(user)) continue;
    table.set(user, hash);
  }
  return table;
}
