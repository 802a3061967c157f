import { createHash, timingSafeEqual } from 'node:crypto';
import { compareSync } from 'bcryptjs';
import { verify as verifySha } from 'unixcrypt';
import { md5Crypt } from './md5-crypt.ts';

/** Whether a hash is checked at once; the others take long on purpose. */
export function isCheap(hash: string): boolean {
  return hash.startsWith('{');
}

/**
 * Whether a password has this hash, in the schemes of nginx `auth_basic_user_file`: `{PLAIN}`, `{SHA}`, `{SSHA}`, `$apr1$`,
 * `$1$`, bcrypt, `$5$` and `$6$`. Never true for anything else.
 */
export function passwordFits(password: Buffer, hash: string): boolean {
  if (hash.startsWith('{PLAIN}')) return equal(password, Buffer.from(hash.slice('{PLAIN}'.length), 'utf8'));
  if (hash.startsWith('{SHA}')) return equal(sha1(password), Buffer.from(hash.slice('{SHA}'.length), 'base64'));
  if (hash.startsWith('{SSHA}')) return fitsSalted(password, Buffer.from(hash.slice('{SSHA}'.length), 'base64'));
  try {
    return fitsCrypt(password, hash);
  } catch {
    return false;
  }
}

function fitsCrypt(password: Buffer, hash: string): boolean {
  const md5 = /^(\$1\$|\$apr1\$)([^$]{0,8})[^$]*\$/.exec(hash);
  if (md5 !== null) return equal(Buffer.from(md5Crypt(password, md5[1] === '$1$' ? '$1$' : '$apr1$', md5[2] ?? '')), Buffer.from(hash));
  if (/^\$2[abxy]\$\d\d\$/.test(hash)) return compareSync(password.toString('utf8'), hash);
  return /^\$[56]\$/.test(hash) && verifySha(password.toString('utf8'), hash);
}

const SHA1_BYTES = 20;

function fitsSalted(password: Buffer, stored: Buffer): boolean {
  if (stored.length < SHA1_BYTES) return false;
  return equal(sha1(password, stored.subarray(SHA1_BYTES)), stored.subarray(0, SHA1_BYTES));
}

function sha1(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function equal(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}
