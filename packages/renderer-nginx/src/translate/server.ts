import { formatObject } from '@sluice/core';
import type { Origin, Route, VirtualHost } from '@sluice/core';
import { block, directive, luaBlock, text, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { blockRules } from './blocks.ts';
import { clientAuth } from './client-auth.ts';
import { listening } from './listen.ts';
import { locationsOf } from './location-match.ts';
import { routeLocations } from './location.ts';
import { plannedServer } from './plan.ts';
import { serverNames } from './server-name.ts';
import { isLive } from './surroundings.ts';
import type { Surroundings } from './surroundings.ts';

/** The certificate of names without one, made at the first start. */
const DEFAULT_CERTIFICATE = ['default/tls.crt', 'default/tls.key'] as const;

/** The `server` of a virtual host. */
export function serverOf(host: VirtualHost, around: Surroundings): Directive {
  const isDefault = host.match.kind === 'any';
  const body = [
    ...listening(around.deployment, isDefault),
    directive('server_name', ...serverNames(host, around.isHostName)),
    ...tls(host, isDefault, around),
    ...clientAuth(host, around.resources),
    ...blockRules(around.settings),
    ...beforeRoutes(host, around),
    ...locations(host, around),
  ];
  return { ...block('server', [], body), from: host.from, comment: `${host.name}: ${described(host.from)}` };
}

function described({ object, field }: Origin): string {
  return `${formatObject(object)} ${field}`.trim();
}

/**
 * With Lua only the default server and those that check client certificates have a context: certificates are chosen when
 * the client says hello. Without, each host with a certificate has one.
 */
function tls(host: VirtualHost, isDefault: boolean, around: Surroundings): readonly Directive[] {
  const pair = certificateFiles(host, isDefault, around);
  if (pair === undefined) return [];
  const [chain, key, from] = pair;
  const directives = [directive('ssl_certificate', chain), directive('ssl_certificate_key', key)].map((one) => ({ ...one, from }));
  if (!isLive(around.deployment)) return directives;
  if (isDefault) return [...directives, luaBlock('ssl_client_hello_by_lua_block', 'require("sluice.certificate").hello()')];
  return [...directives, luaBlock('ssl_certificate_by_lua_block', 'require("sluice.certificate").select()')];
}

type CertificateFiles = readonly [chain: string, key: string, from: Origin];

function certificateFiles(
  host: VirtualHost,
  isDefault: boolean,
  { deployment, resources, certificate }: Surroundings,
): CertificateFiles | undefined {
  const id = isLive(deployment) ? undefined : host.tls?.certificate;
  const own = id === undefined ? undefined : certificate(id);
  if (own !== undefined) {
    const { chain, privateKey, from } = own;
    return [resources.file('certificates', chain, 'master', from), resources.file('certificates', privateKey, 'master', from), from];
  }
  const checks = host.clientAuth?.kind === 'verify' && host.clientAuth.mode !== 'off';
  return isDefault || checks ? [...DEFAULT_CERTIFICATE, host.from] : undefined;
}

function beforeRoutes(host: VirtualHost, around: Surroundings): readonly Directive[] {
  const { appRoot } = host;
  const plan = isLive(around.deployment) ? plannedServer(host) : undefined;
  if (plan !== undefined)
    return [luaBlock('server_rewrite_by_lua_block', `require("sluice.plan").server("${around.resources.plan(plan)}")`)];
  if (appRoot === undefined) return [];
  const to = text({ variable: 'scheme' }, '://', { variable: 'sluice_authority' }, appRoot.path);
  return [{ ...block('if', ['(', variable('uri'), '=', '/', ')'], [directive('return', 302, to)]), from: appRoot.from }];
}

function locations(host: VirtualHost, around: Surroundings): readonly Directive[] {
  const takes = locationsOf(host.routes);
  const all = host.routes.flatMap((route, position) => commented(routeLocations(host, route, takes[position] ?? [], around), route));
  return uniqueNamed(all);
}

function commented([first, ...rest]: readonly Directive[], { from }: Route): readonly Directive[] {
  return first === undefined ? [] : [{ ...first, comment: described(from) }, ...rest];
}

/** Locations that belong to several routes, such as those of error pages, are there once. */
function uniqueNamed(all: readonly Directive[]): readonly Directive[] {
  const seen = new Set<string>();
  return all.filter(({ args }) => {
    const key = JSON.stringify(args);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
