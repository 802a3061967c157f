import { describe, expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';
import { size } from './body-size.ts';

describe('a size', () => {
  test.each([
    ['0', 0],
    ['12', 12],
    ['1k', 1024],
    ['2M', 2_097_152],
    ['1g', 1_073_741_824],
    ['99999999999999999999g', Number.MAX_SAFE_INTEGER],
  ])('%s is %d bytes', (text, bytes) => expect(size(text)).toEqual({ ok: true, value: bytes }));
  test.each(['', 'one kilo', '1.5m', '-1', '1 k', '1kb', '5b'])('%j is none', (text) => expect(size(text).ok).toBe(false));
});

describe('the largest body', () => {
  const limitOf = (annotations: Readonly<Record<string, string>>) =>
    servedIngresses(annotatedIngress('body', annotations))
      .policies('body.test')
      .filter(({ kind }) => kind === 'body-limit');
  test('is a mebibyte unless somebody says otherwise', () => {
    expect(limitOf({})).toMatchObject([{ bytes: 1_048_576 }]);
    expect(limitOf({ 'proxy-body-size': '8k' })).toMatchObject([{ bytes: 8192, from: { object: { name: 'body' } } }]);
    expect(limitOf({ 'proxy-body-size': '0' })).toMatchObject([{ bytes: 0 }]);
  });
  test('stays as it is with a value that is not valid, and the owner is told', () => {
    const { policies, findings } = servedIngresses(annotatedIngress('body', { 'proxy-body-size': 'one kilo' }));
    expect(policies('body.test')).toMatchObject([{ kind: 'body-limit', bytes: 1_048_576 }]);
    expect(findings()).toEqual([expect.stringMatching(/^SLU1504: the value "one kilo" is invalid/)]);
  });
});

describe('413', () => {
  const length = (bytes: number) => [`Content-Length: ${bytes}`];
  test('comes for a longer body, before redirects and before the 503 of an empty Service', () => {
    const { ask } = servedIngresses(
      annotatedIngress('body', { 'proxy-body-size': '1k' }),
      annotatedIngress('moved', { 'proxy-body-size': '1k', 'permanent-redirect': 'https://elsewhere.test' }),
      annotatedIngress('none', {}, {}, 'none'),
    );
    expect(ask({ url: 'http://body.test/', headers: length(1024) })).toMatchObject({ outcome: 'forward' });
    expect(ask({ url: 'http://body.test/', headers: length(1025) })).toMatchObject({
      outcome: 'respond',
      status: 413,
      reasons: expect.arrayContaining([expect.objectContaining({ text: '413: the body has 1025 bytes, 1024 are allowed' })]) as unknown,
    });
    expect(ask({ url: 'http://moved.test/', headers: length(1025) })).toMatchObject({ status: 413 });
    expect(ask({ url: 'http://none.test/', headers: length(2_000_000) })).toMatchObject({ status: 413 });
    expect(ask({ url: 'http://none.test/', headers: length(2000) })).toMatchObject({ status: 503 });
  });
});
