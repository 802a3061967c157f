import { expect, test } from 'vitest';
import { parseObject } from '../../watch/parse-object.ts';
import { suspiciousField } from './deep-inspection.ts';

function fieldOf(path: string, secretName = 'cert'): string | undefined {
  const parsed = parseObject({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'i', namespace: 'ns' },
    spec: {
      rules: [{ host: 'a.test', http: { paths: [{ path, backend: { service: { name: 's' } } }] } }],
      tls: [{ hosts: ['a.test'], secretName }],
    },
  });
  if (parsed.kind !== 'object' || parsed.object.kind !== 'Ingress') throw new Error('not an Ingress');
  return suspiciousField(parsed.object);
}

test.each(['/x { alias /etc/; }', '/x;\nroot /;', '/etc/passwd', '/var/run/secrets', '/content_by_lua_block'])('%j is no path', (path) => {
  expect(fieldOf(path)).toBe('spec.rules[0].http.paths[0].path');
});

test('the names of Secrets are looked at too', () => {
  expect(fieldOf('/', '/etc/nginx/x')).toBe('spec.tls[0].secretName');
});

test.each(['/', '/alias/x', '/root', '/etc', '/foo(/|$)(.*)'])('%j is a path', (path) => {
  expect(fieldOf(path)).toBeUndefined();
});
