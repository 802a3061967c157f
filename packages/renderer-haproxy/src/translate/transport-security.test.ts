import { KeyMaterial, builtIn } from '@sluice/core';
import type { ClientAuth, RoutingModel } from '@sluice/core';
import { describe, expect, test } from 'vitest';
import type { HaproxyTable } from '../render/haproxy-table.ts';
import { builtModel, testDeployment } from '../testing/built-model.ts';
import { HaproxyRenderer } from './haproxy-renderer.ts';

const built = builtModel([{ name: 'a' }, { name: 'b' }]);
const { transportSecurity } = built.settings;
const ticketKey = { base64: new KeyMaterial(Buffer.alloc(80, 'k').toString('base64')), from: builtIn };
const sessions = { ...transportSecurity.sessions, tickets: true, ticketKey };
const model: RoutingModel = { ...built, settings: { ...built.settings, transportSecurity: { ...transportSecurity, sessions } } };

/** The same where the last host asks clients for certificates. */
function asking(mode: 'on' | 'optional' | 'optional_no_ca' | 'off'): RoutingModel {
  const clientAuth: ClientAuth = { kind: 'verify', mode, authorities: 'CA', depth: 1, passCertificate: false, from: builtIn };
  return {
    ...model,
    virtualHosts: model.virtualHosts.map((host, index, all) => (index === all.length - 1 ? { ...host, clientAuth } : host)),
  };
}

function rendered(of: RoutingModel): HaproxyTable {
  const renderer = new HaproxyRenderer(testDeployment);
  return renderer.render(renderer.translate(of).tree).table as HaproxyTable;
}

const textOf = ({ frame }: HaproxyTable): string => frame.map(({ text }) => text).join('');
const hasKeys = ({ files }: HaproxyTable): boolean => files.some(({ path }) => path === 'transport/ticket-keys');

describe('TLS sessions', () => {
  test('are kept and given out as tickets while no host asks for certificates', () => {
    for (const one of [model, asking('off')]) {
      const table = rendered(one);
      expect(textOf(table)).toContain('\n  tune.ssl.cachesize 52428\n');
      expect(textOf(table)).toContain(' tls-ticket-keys current/transport/ticket-keys');
      expect(textOf(table)).not.toContain('no-tls-tickets');
      expect(hasKeys(table)).toBe(true);
    }
  });

  test.each(['on', 'optional', 'optional_no_ca'] as const)('are none where one host has its check %s', (mode) => {
    const table = rendered(asking(mode));
    expect(textOf(table)).toContain('\n  tune.ssl.cachesize 0\n');
    expect(textOf(table)).toMatch(/\n {2}ssl-default-bind-options .* no-tls-tickets\n/);
    expect(textOf(table)).not.toContain('tls-ticket-keys');
    expect(hasKeys(table)).toBe(false);
  });

  test('that end are a reason to reload: the frame is another one', () => {
    const [before, after] = [rendered(model), rendered(asking('on'))].map(
      ({ frame }) => new Map(frame.map(({ label, digest }) => [label, digest])),
    );
    expect([...(after ?? [])].filter(([label, digest]) => before?.get(label) !== digest).length).toBeGreaterThan(0);
  });
});
