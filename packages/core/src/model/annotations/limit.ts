import type { RequestRate } from '../policy/limit.ts';
import { addressRanges } from './address-ranges.ts';
import { annotation } from './annotation.ts';
import type { Annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { integer } from './value-parsers.ts';

const limitRps = annotation({
  key: 'limit-rps',
  risk: 'Low',
  values: 'a whole number; 0 for no limit',
  effect: 'Requests per second that one client address may send to the paths of the Ingress together; more are answered 503.',
  standard: '0',
  target: 'Route.policies: limit',
  onInvalid: 'reject',
  parse: integer,
});

const limitRpm = annotation({
  ...limitRps,
  key: 'limit-rpm',
  effect: 'Requests per minute that one client address may send to the paths of the Ingress together; more are answered 503.',
});

const limitConnections = annotation({
  ...limitRps,
  key: 'limit-connections',
  effect: 'Requests of one client address to the paths of the Ingress that may be under way at the same time; more are answered 503.',
});

const burstMultiplier = annotation({
  key: 'limit-burst-multiplier',
  risk: 'Low',
  values: 'a whole number from 1',
  effect: 'How many times the rate may come at once before requests are answered 503.',
  standard: '5',
  target: 'Route.policies: limit',
  onInvalid: 'fallback',
  parse: (text) => {
    const parsed = integer(text);
    return parsed.ok && parsed.value < 1 ? { ok: false, reason: 'it must be at least 1' } : parsed;
  },
});

const limitAllowlist = annotation({
  key: 'limit-allowlist',
  risk: 'Low',
  values: 'IP addresses and CIDR blocks between commas',
  effect: 'Client addresses that the limits do not count.',
  standard: 'no address',
  target: 'Route.policies: limit',
  onInvalid: 'reject',
  parse: addressRanges,
});

const limitWhitelist = annotation({ ...limitAllowlist, key: 'limit-whitelist', aliasOf: 'limit-allowlist' });

/** How much one client may ask for. */
export const limitGroup: AnnotationGroup = {
  name: 'limit',
  annotations: [limitRps, limitRpm, limitConnections, burstMultiplier, limitAllowlist, limitWhitelist],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  const set = [limitConnections, limitRps, limitRpm].filter((limit) => (settings.get(limit) ?? 0) > 0);
  const [first] = set;
  if (first === undefined) return {};
  const { namespace, name } = settings.ingress.metadata;
  const [perSecond, perMinute] = [rateOf(settings, limitRps), rateOf(settings, limitRpm)];
  const connections = settings.get(limitConnections) ?? 0;
  const { rateLimit: rateStatus, connectionLimit: connectionStatus } = settings.global.rules.statuses;
  return {
    policies: [
      {
        kind: 'limit',
        zone: `${namespace}/${name}`,
        ...(perSecond && { perSecond }),
        ...(perMinute && { perMinute }),
        ...(connections > 0 && { connections }),
        rateStatus,
        connectionStatus,
        exempt: settings.get(limitAllowlist) ?? [],
        from: settings.from(first),
      },
    ],
  };
}

function rateOf(settings: IngressSettings, limit: Annotation<number>): RequestRate | undefined {
  const requests = settings.get(limit) ?? 0;
  return requests > 0 ? { requests, burst: requests * (settings.get(burstMultiplier) ?? 5) } : undefined;
}
