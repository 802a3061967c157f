import type { LimitPolicy } from '../policy/limit.ts';
import { parseSnippet } from './directive.ts';
import type { Directive } from './directive.ts';

/** A zone that requests are counted in, as `limit_req_zone` of nginx defines it: by client address. */
export interface RequestZone {
  readonly requests: number;
  readonly per: 'second' | 'minute';
}

export type RequestZones = ReadonlyMap<string, RequestZone>;

/** A limit that a snippet asks for; `note` says what is different. */
export interface SnippetLimit {
  readonly limit: Pick<LimitPolicy, 'zone' | 'perSecond' | 'perMinute'>;
  readonly note?: string;
}

const BY_ADDRESS: ReadonlySet<string> = new Set(['$binary_remote_addr', '$remote_addr']);

/** The zones that directives for the whole of nginx define. Those that do not count by client address are left out. */
export function readZones(httpSnippet: string): RequestZones {
  const parsed = parseSnippet(httpSnippet);
  const directives = parsed.ok ? parsed.directives : [];
  return new Map(directives.flatMap((directive) => readZone(directive)));
}

/** None or one, with its name. */
function readZone({ name, args }: Directive): readonly (readonly [string, RequestZone])[] {
  const zone = valueOf(args, 'zone').split(':')[0] ?? '';
  const [, requests, unit] = /^(\d+)r\/([sm])$/.exec(valueOf(args, 'rate')) ?? [];
  if (name !== 'limit_req_zone' || zone === '' || requests === undefined || !BY_ADDRESS.has(args[0] ?? '')) return [];
  return [[zone, { requests: Number(requests), per: unit === 's' ? 'second' : 'minute' }]];
}

/** `slow:10m` of `zone=slow:10m`; empty when there is none. */
function valueOf(args: readonly string[], name: string): string {
  return args.find((arg) => arg.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
}

/** What `limit_req` asks for, or why it cannot be understood. */
export function readLimit(args: readonly string[], zones: RequestZones): SnippetLimit | string {
  const name = valueOf(args, 'zone');
  const zone = zones.get(name);
  if (zone === undefined)
    return `nothing defines the zone ${JSON.stringify(name.slice(0, 60))} by client address; use the annotation limit-rps`;
  const burst = Number(/^\d+$/.exec(valueOf(args, 'burst'))?.[0] ?? 0);
  const rate = { requests: zone.requests, burst };
  const limit = { zone: `zone ${name}`, ...(zone.per === 'second' ? { perSecond: rate } : { perMinute: rate }) };
  return args.includes('nodelay') || burst === 0 ? { limit } : { limit, note: 'requests within the burst are not slowed down' };
}
