import { binaryText, policyOf } from '@sluice/core';
import type { BasicAuthPolicy, Route } from '@sluice/core';
import type { SectionTree } from '../render/line.ts';
import { isWord } from '../render/word.ts';
import { line, lines } from '../render/line.ts';
import { escapeWord } from './record.ts';

/** The users of one Secret. Those whose hash only `crypt(3)` knows are in a section of HAProxy, all others Lua looks at. */
export interface UserList {
  /** 24 hexadecimal digits. */
  readonly key: string;
  /** Present when some hash needs it. */
  readonly section?: SectionTree;
  /** Of the map `users`: `KEY/USER` and the hash. */
  readonly entries: readonly (readonly [key: string, value: string])[];
}

/** Asks for a password of the users of a list where Lua has found that their hashes need it: a line of the frontend. */
export function passwordCheck(key: string): SectionTree {
  return {
    label: `the check of users_${key}`,
    derived: true,
    head: [],
    lines: lines(`http-request set-var(txn.sluice_user) int(1) if { var(txn.sluice_users) -m str ${key} } { http_auth(users_${key}) }`),
  };
}

/** What Lua can compute by itself. */
const LUA_HASH = /^\{(?:PLAIN|SHA|SSHA)\}|^\$apr1\$|^\$1\$/;
const CRYPT_HASH = /^\$(?:2[abxy]|5|6)\$/;

/** As long as names and hashes may be in a word of a map, which goes over the socket of HAProxy: no client sends longer ones. */
const LONGEST = 4000;

const known = new WeakMap<BasicAuthPolicy, UserList>();

/** The users of a route; undefined where it asks for no password. */
export function userListOf(route: Route): UserList | undefined {
  const policy = policyOf(route, 'basic-auth');
  if (policy === undefined || policy.realm === 'off') return undefined;
  let list = known.get(policy);
  if (list === undefined) known.set(policy, (list = read(policy)));
  return list;
}

function read({ users, secret, from }: BasicAuthPolicy): UserList {
  const key = users.fingerprint.slice(0, 24);
  const pairs = pairsOf(users.reveal());
  const crypted = [...pairs].filter(([name, hash]) => CRYPT_HASH.test(hash) && isWord(name) && isWord(hash));
  const section: SectionTree = {
    label: `users of ${secret} (${key})`,
    head: ['userlist', `users_${key}`],
    lines: crypted.map(([name, hash]) => line('user', name, 'password', hash)),
    from,
  };
  return {
    key,
    ...(crypted.length > 0 && { section }),
    entries: [...pairs].map(([name, hash]) => [`${key}/${escapeBytes(name)}`, LUA_HASH.test(hash) ? escapeBytes(hash) : 'crypt'] as const),
  };
}

/** The first line of a user with a hash counts. */
function pairsOf(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  for (const entry of text.split(/\r?\n/)) {
    const [, name = '', hash = ''] = /^([^#:][^:]*):([^:]*)/.exec(entry) ?? [];
    if (name !== '' && hash !== '' && !pairs.has(name) && escapeBytes(name + hash).length <= LONGEST) pairs.set(name, hash.trimEnd());
  }
  return pairs;
}

function escapeBytes(text: string): string {
  return escapeWord(binaryText(text));
}
