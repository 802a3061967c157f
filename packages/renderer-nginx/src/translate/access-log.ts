import { isLogVariable, pcre, policyOf } from '@sluice/core';
import type { AccessLogSettings, Route, SilentTarget } from '@sluice/core';
import { block, directive, literal, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import { isLive } from './surroundings.ts';
import type { Deployment } from './surroundings.ts';

/** The parts of `$sluice_rule` (`ruleText` of the core), by the variable of ingress-nginx. */
const OF_RULE: Readonly<Record<string, string>> = {
  namespace: '~^[^ ]* ([^ ]*) ',
  ingress_name: '~^[^ ]* [^ ]* ([^ ]*) ',
  service_name: '~^[^ ]* [^ ]* [^ ]* ([^ ]*) ',
  service_port: '~^(?:[^ ]* ){4}([^ ]*) ',
  location_path: '~^(?:[^ ]* ){5}(.*)$',
  server_name: '~^([^ *][^ ]*|\\*\\.[^ ]*) ',
};

/** Variables that have another name here; all others of the format are those of nginx. */
const NAMES: Readonly<Record<string, string>> = {
  proxy_alternative_upstream_name: 'sluice_canary',
  proxy_upstream_name: 'sluice_log_upstream',
  req_id: 'sluice_request_id',
  request_id: 'sluice_request_id',
  the_real_ip: 'remote_addr',
  ...Object.fromEntries(Object.keys(OF_RULE).map((name) => [name, `sluice_log_${name}`])),
};

/** nginx reads arguments of 4096 bytes at most, and a dollar takes 16 (`quote.ts`). */
const LONGEST_PART = 200;

const COUNTS = ['run/requests.log', 'sluice_counts', 'buffer=64k', 'flush=500ms'] as const;

/** What is counted of a request where there is no Lua: a list of JSON, read by `observe/counted-line.ts`. */
const COUNTED =
  '["$sluice_rule","$request_method",$status,"$request_time","$upstream_response_time","$upstream_header_time","$upstream_connect_time",$request_length,$bytes_sent]';

/** The lines of the access log, and where there is no Lua what requests are counted by. */
export function logging(deployment: Deployment, settings: AccessLogSettings): readonly Directive[] {
  const counts = countsByLog(deployment)
    ? [directive('log_format', 'sluice_counts', 'escape=json', COUNTED), directive('access_log', ...COUNTS)]
    : [];
  if (!deployment.settings.accessLog || !settings.enabled) return counts.length > 0 ? counts : [directive('access_log', 'off')];
  const silent = settings.silent.length > 0;
  return [
    ...ruleVariables(),
    ...(silent
      ? [block('map', [variable('request_uri'), variable('sluice_logged')], [...settings.silent.map(unlogged), directive('default', 1)])]
      : []),
    directive('log_format', 'sluice', `escape=${settings.format.escape}`, ...formatArguments(settings)),
    directive(
      'access_log',
      'run/access.log',
      'sluice',
      'buffer=64k',
      'flush=500ms',
      ...(silent ? [{ kind: 'text', parts: ['if=', { variable: 'sluice_logged' }] } as const] : []),
    ),
    ...counts,
  ];
}

/** A location that leaves no line is counted all the same. */
export function silence(route: Route, deployment: Deployment): readonly Directive[] {
  if (policyOf(route, 'access-log')?.enabled !== false) return [];
  return [countsByLog(deployment) ? directive('access_log', ...COUNTS) : directive('access_log', 'off')];
}

function countsByLog(deployment: Deployment): boolean {
  return deployment.counted !== undefined && !isLive(deployment);
}

/** Evaluated only where a format has them. */
function ruleVariables(): readonly Directive[] {
  const rule = variable('sluice_rule');
  const upstream = directive('~^[^ ]* ([^ ]*) [^ ]* ([^ ]+) ([^ ]*) ', {
    kind: 'text',
    parts: [{ variable: '1' }, '-', { variable: '2' }, '-', { variable: '3' }],
  });
  return [
    ...Object.entries(OF_RULE).map(([name, pattern]) =>
      block(
        'map',
        [rule, variable(`sluice_log_${name}`)],
        [directive(pattern, variable('1')), directive('default', literal(name === 'server_name' ? '_' : ''))],
      ),
    ),
    block(
      'map',
      [rule, variable('sluice_log_upstream')],
      [upstream, directive('~.', 'upstream-default-backend'), directive('default', literal(''))],
    ),
  ];
}

/** Each piece is an argument of its own: nginx puts them together. It refuses variables that it does not know. */
function formatArguments({ format }: AccessLogSettings): readonly Argument[] {
  const missing = literal(format.escape === 'default' ? '-' : '');
  return format.text.flatMap((part): Argument[] => {
    if (typeof part !== 'string') {
      if (part.variable === 'proxy_host') return [literal('upstream_balancer')];
      return [isLogVariable(part.variable) ? variable(NAMES[part.variable] ?? part.variable) : missing];
    }
    return (part.match(new RegExp(`[^]{1,${LONGEST_PART}}`, 'g')) ?? []).map((piece) => literal(piece));
  });
}

function unlogged(silent: SilentTarget): Directive {
  if (silent.kind === 'equal') return directive(`\\${silent.target}`, 0);
  const pattern = pcre(silent.pattern, { ignoreCase: silent.ignoreCase, anchored: false });
  return directive(`${silent.ignoreCase ? '~*' : '~'}${pattern}`, 0);
}
