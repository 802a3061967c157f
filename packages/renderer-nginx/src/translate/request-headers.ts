import { policyOf } from '@sluice/core';
import type { Route, ServingSettings, VirtualHost } from '@sluice/core';
import { directive, literal, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import { headerVariable } from './forwarded.ts';
import { complexValue } from './variables.ts';

/** A header that a plan edits, and the variable that holds what it makes of it. */
interface EditedHeader {
  readonly name: string;
  readonly variable: string;
}

type HeaderLine = readonly [name: string, value: Argument];

/** What every upstream gets, as the template of ingress-nginx has it; an empty value takes the header of the client away. */
function standard({ forwarded: { way, forHeader, hostHeader } }: ServingSettings): readonly HeaderLine[] {
  return [
    ['Host', variable('sluice_host_header')],
    ['X-Request-ID', variable('sluice_request_id')],
    ['X-Real-IP', variable('remote_addr')],
    ['X-Forwarded-For', variable('sluice_told_addresses')],
    ['X-Forwarded-Host', variable(way ? 'sluice_told_header' : 'http_host')],
    ['X-Forwarded-Port', variable('sluice_port')],
    ['X-Forwarded-Proto', variable('sluice_told_scheme')],
    ['X-Forwarded-Scheme', variable('sluice_told_scheme')],
    ['X-Scheme', variable('sluice_told_scheme')],
    ['X-Original-Forwarded-For', variable(headerVariable(forHeader))],
    ['X-Original-Forwarded-Host', variable(headerVariable(hostHeader))],
    ['Proxy', literal('')],
    ['Upgrade', variable('sluice_upgrade')],
    ['Connection', variable('sluice_connection')],
  ];
}

/** The `proxy_set_header` of the http block; locations with other headers list all of theirs, since nginx inherits all or nothing. */
export function standardRequestHeaders(settings: ServingSettings): readonly Directive[] {
  return printed(standard(settings));
}

/** The headers that a route sends to its upstream. */
export function sentHeaders(host: VirtualHost, route: Route, settings: ServingSettings): readonly HeaderLine[] {
  const own = ownHeaders(host, route);
  const replaced = new Set(own.map(([name]) => name.toLowerCase()));
  return [...standard(settings).filter(([name]) => !replaced.has(name.toLowerCase())), ...own, ...addedHeaders(route)];
}

/** The headers of a route where they are not the standard ones; those that a plan edits hold what it makes of them. */
export function requestHeaders(
  host: VirtualHost,
  route: Route,
  { edited, settings }: { readonly edited: readonly EditedHeader[]; readonly settings: ServingSettings },
): readonly Directive[] {
  if (edited.length + ownHeaders(host, route).length + addedHeaders(route).length === 0) return [];
  const names = new Set(edited.map(({ name }) => name.toLowerCase()));
  const kept = sentHeaders(host, route, settings).filter(([name]) => !names.has(name.toLowerCase()));
  return printed([...kept, ...edited.map(({ name, variable: held }) => [name, variable(held)] as const)]);
}

function ownHeaders(host: VirtualHost, route: Route): readonly HeaderLine[] {
  const name = policyOf(route, 'upstream-host');
  const connection = policyOf(route, 'upstream-connection');
  const external = policyOf(route, 'external-auth');
  return [
    ...clientCertificate(host),
    ...(name === undefined ? [] : [['Host', complexValue(name.host, route)] as const]),
    ...(connection === undefined ? [] : [['Connection', literal(connection.value)] as const]),
    ...(policyOf(route, 'basic-auth') === undefined ? [] : [['Authorization', literal('')] as const]),
    ...(policyOf(route, 'rewrite')?.forwardedPrefix === undefined
      ? []
      : [['X-Forwarded-Prefix', variable('sluice_forwarded_prefix')] as const]),
    ...(external?.responseHeaders ?? []).map((header) => [headerCase(header), variable(authVariable(header))] as const),
    ...settingLines(route, 'set'),
    ...standInHeaders(route),
  ];
}

/** Lines of settings that go besides others of the same name. */
function addedHeaders(route: Route): readonly HeaderLine[] {
  return settingLines(route, 'add');
}

function settingLines(route: Route, op: 'set' | 'add'): readonly HeaderLine[] {
  const lines = route.policies.filter((policy) => policy.kind === 'request-headers').flatMap((policy) => policy.lines);
  return lines.filter((line) => line.op === op).map(({ name, value }) => [name, complexValue(value, route)] as const);
}

/** The variable that holds what the authentication service said under a name. */
export function authVariable(header: string): string {
  return `sluice_auth_header_${header.replaceAll('-', '_').replace(/[^a-z0-9_]/gi, '')}`;
}

/** `x-auth-user` as `X-Auth-User`. */
function headerCase(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

/** What a client's certificate says, for whoever is asked on a host that looks at it. */
export function clientCertificate({ clientAuth }: VirtualHost): readonly HeaderLine[] {
  if (clientAuth?.kind !== 'verify') return [];
  return [
    ['ssl-client-cert', clientAuth.passCertificate ? variable('ssl_client_escaped_cert') : literal('')],
    ['ssl-client-verify', variable('ssl_client_verify')],
    ['ssl-client-subject-dn', variable('ssl_client_s_dn')],
    ['ssl-client-issuer-dn', variable('ssl_client_i_dn')],
  ];
}

/** A default backend that stands in is told so; otherwise the client's own headers pass. ingress-nginx sends the request id twice then. */
function standInHeaders(route: Route): readonly HeaderLine[] {
  if (!hasStandIn(route)) return [];
  const told = STAND_IN.map((name): HeaderLine => [name, variable(standInVariable(name))]);
  return [['X-Request-ID', variable('sluice_request_id')], ...told, ['X-Request-ID', variable('sluice_again_request_id')]];
}

const STAND_IN = ['X-Code', 'X-Format', 'X-Namespace', 'X-Ingress-Name', 'X-Service-Name', 'X-Service-Port'] as const;

/** Whether another upstream answers while that of the route has no endpoint. */
export function hasStandIn(route: Route): boolean {
  return policyOf(route, 'error-pages')?.upstream !== undefined && route.action.kind === 'forward';
}

/** The variables of the headers that tell a default backend why it is asked: the client's own until it stands in (`lua/sluice/route.lua`). */
export function standInVariables(): readonly Directive[] {
  const own = STAND_IN.map((name) => directive('set', variable(standInVariable(name)), variable(`http_${snake(name)}`)));
  return [...own, directive('set', variable('sluice_again_request_id'), literal(''))];
}

function standInVariable(name: string): string {
  return `sluice_in_${snake(name)}`;
}

function snake(name: string): string {
  return name.toLowerCase().replaceAll('-', '_');
}

function printed(lines: readonly HeaderLine[]): readonly Directive[] {
  return lines.map(([name, value]) => directive('proxy_set_header', name, value));
}
