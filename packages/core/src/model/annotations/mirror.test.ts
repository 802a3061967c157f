import { expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';

const mirrorOf = (annotations: Readonly<Record<string, string>>) => {
  const { policies, findings } = servedIngresses(annotatedIngress('m', annotations));
  return { mirror: policies('m.test').find(({ kind }) => kind === 'mirror'), codes: findings().map((finding) => finding.slice(0, 7)) };
};

test('a mirror has a target, a host and the body unless it is left out', () => {
  expect(mirrorOf({ 'mirror-target': 'https://copy.test$request_uri' })).toMatchObject({
    mirror: { target: ['https://copy.test', { variable: 'request_uri' }], body: true },
    codes: [],
  });
  expect(
    mirrorOf({ 'mirror-target': 'http://copy.test/x', 'mirror-host': 'other.test', 'mirror-request-body': 'off' }).mirror,
  ).toMatchObject({ host: ['other.test'], body: false });
  expect(mirrorOf({ 'mirror-host': 'other.test' })).toEqual({ mirror: undefined, codes: [] });
});

test.each(['ftp://copy.test', 'http://copy.test/a b', 'http://copy.test/$nonsense', 'http://copy.test/;'])('%j is no target', (target) =>
  expect(mirrorOf({ 'mirror-target': target })).toEqual({ mirror: undefined, codes: ['SLU1504'] }),
);

test('another word for the body counts as on', () => {
  expect(mirrorOf({ 'mirror-target': 'http://copy.test/', 'mirror-request-body': 'half' })).toMatchObject({
    mirror: { body: true },
    codes: ['SLU1504'],
  });
});

test('explain tells where copies go', () => {
  const { ask } = servedIngresses(annotatedIngress('m', { 'mirror-target': 'http://copy.test$request_uri' }));
  expect(ask({ url: 'http://m.test/x?y' })?.reasons).toContainEqual(
    expect.objectContaining({ step: 'policy', text: 'a copy goes to http://copy.test/x?y' }),
  );
});
