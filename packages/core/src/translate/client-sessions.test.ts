import { expect, test } from 'vitest';
import type { ClientAuth } from '../model/client-auth.ts';
import { servedSettings } from '../testing/served-settings.ts';
import { annotatedIngress } from '../testing/served-ingresses.ts';
import { asksForCertificates, sessionFindings, sharedSessions } from './client-sessions.ts';

const verify = (mode: 'on' | 'optional' | 'off') => ({ clientAuth: { kind: 'verify', mode } as unknown as ClientAuth });

test('clients are asked for certificates unless checks are off', () => {
  expect([verify('on'), verify('optional'), verify('off'), {}].map(asksForCertificates)).toEqual([true, true, false, false]);
});

function modelWith(data: Readonly<Record<string, string>>, asking: boolean) {
  const model = servedSettings(data, annotatedIngress('x', {})).model();
  return { ...model, virtualHosts: model.virtualHosts.map((host) => (asking ? { ...host, ...verify('on') } : host)) };
}

test('sessions last while nobody asks for certificates', () => {
  const data = { 'ssl-session-tickets': 'true' };
  expect(sharedSessions(modelWith(data, false))).toMatchObject({ kept: true, tickets: true });
  expect(sharedSessions(modelWith(data, true))).toMatchObject({ kept: false, tickets: false });
});

const findings = (data: Readonly<Record<string, string>>, asking: boolean) =>
  sessionFindings(modelWith(data, asking)).map(({ field }) => field);

test('what is said of sessions and has no effect is told', () => {
  const data = {
    'ssl-session-tickets': 'true',
    'ssl-session-cache-size': '20m',
    'ssl-session-timeout': '1h',
    'ssl-session-ticket-key': Buffer.alloc(80, 'k').toString('base64'),
  };
  expect(findings(data, true).toSorted()).toEqual(
    Object.keys(data)
      .map((key) => `data[${key}]`)
      .toSorted(),
  );
  expect(findings(data, false)).toEqual([]);
  expect(findings({}, true)).toEqual([]);
});
