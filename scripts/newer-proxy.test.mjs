import { expect, test } from 'vitest';
import { findMirror } from './newer-proxy.mjs';

test('the mirror is the one that this machine has Debian from', () => {
  const targets = [
    'https://packages.test/apt Packages.test stable',
    'http://mirror.test/debian-security/ Debian bookworm-security',
    'http://mirror.test/debian/ Debian bookworm-updates',
    'http://mirror.test/debian/ Debian bookworm',
  ];
  expect(findMirror(targets.join('\n'))).toBe('http://mirror.test/debian/');
  expect(findMirror('https://packages.test/apt Packages.test stable')).toBeUndefined();
});
