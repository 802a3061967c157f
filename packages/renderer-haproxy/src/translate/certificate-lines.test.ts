import { generate } from 'selfsigned';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtModel, secretOf } from '../testing/built-model.ts';
import type { Said } from '../testing/built-model.ts';
import { certificateLines } from './certificate-lines.ts';

type Made = { readonly cert: string; readonly private: string };
let mine: Made;
let rsa: Made;
beforeAll(async () => {
  const altNames = ['a.test', 't.test', 'alias.test', '*.w.test'].map((value) => ({ type: 2 as const, value }));
  rsa = await generate([{ name: 'commonName', value: 'x.w.test' }], {
    keyType: 'rsa',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'x.w.test' }] }],
  });
  mine = await generate([{ name: 'commonName', value: 'a.test' }], { keyType: 'ec', extensions: [{ name: 'subjectAltName', altNames }] });
});

const asking = (secret: string): Readonly<Record<string, string>> => ({ 'auth-tls-secret': `shop/${secret}` });

function linesOf(...said: readonly Said[]) {
  const pair = (name: string, { cert, private: key }: Made): object =>
    secretOf(name, { 'tls.crt': cert, 'tls.key': key }, 'kubernetes.io/tls');
  const tree = certificateLines(
    builtModel(said, [pair('tls', mine), pair('rsa', rsa), ...['a', 'b'].map((name) => secretOf(name, { 'ca.crt': mine.cert }))]),
  );
  const files = new Map(tree.files.map(({ path }, index) => [`current/${path}`, `file ${index}`]));
  const told = tree.lines.map(({ certificate, options, names }) => ({
    own: certificate !== undefined,
    asks: [...files].reduce((text, [path, name]) => text.replace(path, name), options),
    names,
  }));
  return { told, tree };
}

describe('the list of certificates', () => {
  test('begins with the default one; a certificate has one line with all of its names', () => {
    const { told, tree } = linesOf({ name: 'a', tls: 'tls' }, { name: 'w', host: '*.w.test', tls: 'tls' }, { name: 'plain' });
    expect(told).toEqual([
      { own: false, asks: '', names: [] },
      { own: true, asks: '', names: ['*.w.test', 'a.test'] },
    ]);
    expect(tree.certificates).toHaveLength(1);
  });

  test('clients are asked for certificates by each name of a host, with TLS of its own or without', () => {
    const aliased = { ...asking('a'), 'server-alias': 'alias.test, b.test, *.c.test' };
    const { told } = linesOf({ name: 'a', annotations: aliased }, { name: 'b' }, { name: 't', tls: 'tls', annotations: asking('a') });
    expect(told).toEqual([
      { own: false, asks: '', names: [] },
      { own: true, asks: 'verify optional ca-file file 0', names: ['t.test'] },
      { own: false, asks: 'verify optional ca-file file 0', names: ['a.test', 'alias.test'] },
    ]);
  });

  test('what the catch-all host asks for is asked of all others', () => {
    const { told } = linesOf({ name: 'any', host: '*', annotations: asking('a') }, { name: 'a' });
    expect(told).toEqual([{ own: false, asks: 'verify optional ca-file file 0', names: [] }]);
  });

  test('a certificate that no name has is not written', () => {
    expect(linesOf({ name: 'a' }).tree.certificates).toEqual([]);
  });

  test('a name with another kind of key than the wildcard above it is taken out of the wildcard', () => {
    const { told } = linesOf({ name: 'w', host: '*.w.test', tls: 'tls' }, { name: 'x', host: 'x.w.test', tls: 'rsa' });
    expect(told.map(({ names }) => names)).toContainEqual(['!x.w.test', '*.w.test']);
  });
});
