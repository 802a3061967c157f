import { createHash } from 'node:crypto';

const DIGITS = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ROUNDS = 1000;
/** In this order the bytes of the digest are written, three as four characters. */
const GROUPS = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

/** The MD5-based password hash of FreeBSD (`$1$`) and of Apache's htpasswd (`$apr1$`): `magic`, salt and hash. */
export function md5Crypt(password: Buffer, magic: '$1$' | '$apr1$', salt: string): string {
  const once = md5(password, salt, password);
  const first = createHash('md5').update(password).update(magic).update(salt);
  for (let left = password.length; left > 0; left -= once.length) first.update(once.subarray(0, Math.min(left, once.length)));
  for (let bits = password.length; bits > 0; bits >>= 1) first.update((bits & 1) === 1 ? Buffer.alloc(1) : password.subarray(0, 1));
  let digest: Buffer = first.digest();
  for (let round = 0; round < ROUNDS; round++) digest = stretch(digest, password, salt, round);
  const groups = GROUPS.map(([high, middle, low]) => written(byte(digest, high), byte(digest, middle), byte(digest, low), 4));
  return `${magic}${salt}$${groups.join('')}${written(0, 0, byte(digest, 11), 2)}`;
}

function stretch(digest: Buffer, password: Buffer, salt: string, round: number): Buffer {
  const odd = (round & 1) === 1;
  const parts = [
    odd ? password : digest,
    ...(round % 3 === 0 ? [] : [salt]),
    ...(round % 7 === 0 ? [] : [password]),
    odd ? digest : password,
  ];
  return md5(...parts);
}

function md5(...parts: readonly (Buffer | string)[]): Buffer {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function byte(bytes: Buffer, index: number): number {
  return bytes[index] ?? 0;
}

function written(high: number, middle: number, low: number, characters: number): string {
  let value = (high << 16) | (middle << 8) | low;
  let text = '';
  for (let count = 0; count < characters; count++) {
    text += DIGITS[value & 63] ?? '';
    value >>= 6;
  }
  return text;
}
