import { policyOf } from '@sluice/core';
import type { LimitPolicy, RequestRate, Route } from '@sluice/core';
import { block, directive, literal, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { digestOfText } from './resources.ts';
import type { Resources } from './resources.ts';

/** Who may use a route, and how often: address, password, limits. */
export function access(route: Route, resources: Resources): readonly Directive[] {
  return [...limits(route, resources), ...satisfy(route), ...addresses(route), ...passwords(route, resources)];
}

function satisfy(route: Route): readonly Directive[] {
  return policyOf(route, 'satisfy-any') === undefined ? [] : [directive('satisfy', 'any')];
}

function addresses(route: Route): readonly Directive[] {
  const range = policyOf(route, 'source-range');
  if (range === undefined) return [];
  return [
    ...range.deny.map((address) => directive('deny', address)),
    ...range.allow.map((address) => directive('allow', address)),
    ...(range.allow.length === 0 ? [] : [directive('deny', 'all')]),
  ];
}

function passwords(route: Route, resources: Resources): readonly Directive[] {
  const basic = policyOf(route, 'basic-auth');
  if (basic === undefined) return [];
  if (basic.realm === 'off') return [directive('auth_basic', 'off')];
  return [
    directive('auth_basic', literal(basic.realm)),
    directive('auth_basic_user_file', resources.file('passwords', basic.users, 'workers', basic.from)),
  ];
}

/** Requests that one shared zone remembers clients for: 16,000 to a megabyte. */
const ZONE_SIZE = '1m';

function limits(route: Route, resources: Resources): readonly Directive[] {
  const limit = policyOf(route, 'limit');
  if (limit === undefined) return [];
  const key = limitKey(limit, resources);
  return [
    ...(limit.connections === undefined ? [] : connections(limit, limit.connections, key, resources)),
    ...(limit.connections === undefined ? [] : [directive('limit_conn_status', limit.connectionStatus)]),
    ...((limit.perSecond ?? limit.perMinute) === undefined ? [] : [directive('limit_req_status', limit.rateStatus)]),
    ...(limit.perSecond === undefined ? [] : rate(limit, limit.perSecond, { key, unit: 's' }, resources)),
    ...(limit.perMinute === undefined ? [] : rate(limit, limit.perMinute, { key, unit: 'm' }, resources)),
  ];
}

/** The variable that clients are told apart by: empty for those that are not counted. */
function limitKey({ exempt, from }: LimitPolicy, resources: Resources): string {
  if (exempt.length === 0) return 'binary_remote_addr';
  const digest = digestOfText(exempt.join(' '));
  const [isExempt, key] = [`sluice_exempt_${digest}`, `sluice_counted_${digest}`];
  const ranges = exempt.map((address) => directive(address, 1));
  resources.share(key, [
    { ...block('geo', [variable(isExempt)], [directive('default', 0), ...ranges]), from },
    block('map', [variable(isExempt), variable(key)], [directive('default', variable('binary_remote_addr')), directive('1', literal(''))]),
  ]);
  return key;
}

function connections({ zone, from }: LimitPolicy, most: number, key: string, resources: Resources): readonly Directive[] {
  const name = `sluice_connections_${digestOfText(`${zone} ${key}`)}`;
  resources.share(name, [{ ...directive('limit_conn_zone', variable(key), `zone=${name}:${ZONE_SIZE}`), from }]);
  return [directive('limit_conn', name, most)];
}

interface RateUnit {
  readonly key: string;
  readonly unit: 's' | 'm';
}

function rate(
  { zone, from }: LimitPolicy,
  { requests, burst }: RequestRate,
  { key, unit }: RateUnit,
  resources: Resources,
): readonly Directive[] {
  const name = `sluice_rate_${unit}_${digestOfText(`${zone} ${key} ${requests}`)}`;
  const zoned = directive('limit_req_zone', variable(key), `zone=${name}:${ZONE_SIZE}`, `rate=${requests}r/${unit}`);
  resources.share(name, [{ ...zoned, from }]);
  return [directive('limit_req', `zone=${name}`, `burst=${burst}`, 'nodelay')];
}
