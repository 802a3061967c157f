import { describe, expect, test } from 'vitest';
import { annotatedIngress, servedIngresses } from '../../testing/served-ingresses.ts';

const backend = { service: { name: 'a', port: { number: 80 } } };
const directory = (host: string, more: object = {}) => ({
  rules: [{ host, http: { paths: [{ path: '/dir/', pathType: 'Prefix', backend }] } }],
  ...more,
});

describe('the redirect that appends a slash', () => {
  const { ask } = servedIngresses(
    annotatedIngress('plain', {}, directory('plain.test')),
    annotatedIngress('relative', { 'relative-redirects': 'true' }, directory('relative.test')),
    annotatedIngress('port', { 'use-port-in-redirects': 'true' }, directory('port.test')),
  );
  test.each([
    ['http://plain.test:8080/dir?q', 'http://plain.test/dir/?q'],
    ['http://relative.test/dir?q', '/dir/?q'],
    ['http://port.test:8080/dir', 'http://port.test:8080/dir/'],
    ['http://port.test/dir', 'http://port.test/dir/'],
    ['https://port.test/dir', 'https://port.test/dir/'],
  ])('of %s leads to %s', (url, location) => expect(ask({ url })).toMatchObject({ status: 301, location }));
});

test('a redirect to a path names the host of the request, unless redirects are relative', () => {
  const { ask } = servedIngresses(
    annotatedIngress('plain', { 'permanent-redirect': '/there' }),
    annotatedIngress('relative', { 'permanent-redirect': '/there', 'relative-redirects': 'true' }),
  );
  expect(ask({ url: 'http://plain.test:8080/x' })).toMatchObject({ status: 301, location: 'http://plain.test/there' });
  expect(ask({ url: 'http://relative.test/x' })).toMatchObject({ status: 301, location: '/there' });
});

test('the redirect to HTTPS has a port when that is asked for', () => {
  const tls = (host: string) => ({ tls: [{ hosts: [host] }] });
  const { ask } = servedIngresses(
    annotatedIngress('port', { 'use-port-in-redirects': 'true' }, tls('port.test')),
    annotatedIngress('plain', {}, tls('plain.test')),
  );
  expect(ask({ url: 'http://port.test/x' })).toMatchObject({ status: 308, location: 'https://port.test:443/x' });
  expect(ask({ url: 'http://plain.test/x' })).toMatchObject({ status: 308, location: 'https://plain.test/x' });
});

test('relative-redirects must be a truth value, use-port-in-redirects counts as absent otherwise', () => {
  const { findings } = servedIngresses(annotatedIngress('a', { 'relative-redirects': 'maybe', 'use-port-in-redirects': 'maybe' }));
  expect(findings().map((finding) => finding.slice(0, 7))).toEqual(['SLU1505', 'SLU1504']);
});
