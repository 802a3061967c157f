import { KeyMaterial, builtIn, defaultServing } from '@sluice/core';
import type { ClientAuth, RoutingModel, VirtualHost } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import { testDeployment, withoutLua } from '../testing/test-deployment.ts';
import { NginxRenderer } from './nginx-renderer.ts';
import type { Deployment } from './surroundings.ts';

const { transportSecurity } = defaultServing;
const ticketKey = { base64: new KeyMaterial(Buffer.alloc(80, 'k').toString('base64')), from: builtIn };
const sessions = { ...transportSecurity.sessions, tickets: true, ticketKey };

function host(name: string, mode?: 'on' | 'optional' | 'optional_no_ca' | 'off'): VirtualHost {
  const plain: VirtualHost = { name, match: { kind: 'exact', name }, routes: [], from: builtIn };
  if (mode === undefined) return plain;
  const clientAuth: ClientAuth = { kind: 'verify', mode, authorities: 'CA', depth: 1, passCertificate: false, from: builtIn };
  return { ...plain, clientAuth };
}

function textOf(as: Deployment, ...virtualHosts: readonly VirtualHost[]): string {
  const settings = { ...defaultServing, transportSecurity: { ...transportSecurity, sessions } };
  const model: RoutingModel = { listeners: [], settings, virtualHosts, certificates: [], streams: [], upstreams: [] };
  const renderer = new NginxRenderer(as);
  const files = renderer.render(renderer.translate(model).tree).files();
  return files.find(({ path }) => path === 'nginx.conf')?.content ?? '';
}

describe.each([
  ['with Lua', testDeployment],
  ['without Lua', withoutLua],
])('TLS sessions of nginx %s', (_, as) => {
  test('are kept and given out as tickets while no host asks for certificates', () => {
    for (const text of [textOf(as, host('a.test')), textOf(as, host('a.test'), host('b.test', 'off'))]) {
      expect(text).toContain('ssl_session_cache shared:sluice_tls:10485760;');
      expect(text).toContain('ssl_session_tickets on;');
      expect(text).toContain('ssl_session_ticket_key ');
    }
  });

  test.each(['on', 'optional', 'optional_no_ca'] as const)('are none where one host has its check %s', (mode) => {
    const text = textOf(as, host('a.test'), host('b.test', mode));
    expect(text.match(/ssl_session_(?:cache|tickets|ticket_key) [^;]*/g)).toEqual(['ssl_session_cache off', 'ssl_session_tickets off']);
  });
});
