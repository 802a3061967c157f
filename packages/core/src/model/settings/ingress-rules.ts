import { ReadValues } from './read-values.ts';
import type { WrittenSettings } from './read-values.ts';
import { allowedHeadersGroup } from './allowed-headers.ts';
import { proxyStatusesGroup } from './proxy-statuses.ts';
import type { ProxyStatuses } from './proxy-statuses.ts';
import { readingRulesGroup } from './reading-rules.ts';
import type { ReadingRules } from './reading-rules.ts';

/** How Ingresses are read, besides what holds where they say nothing. */
export interface IngressRules extends ReadingRules {
  readonly statuses: ProxyStatuses;
  /** Names of headers that `custom-headers` may set, as they are written. */
  readonly allowedResponseHeaders: ReadonlySet<string>;
}

/** What the groups make of the values. None of them names another object. */
export function ingressRules(written: WrittenSettings): IngressRules {
  const values = new ReadValues(written);
  return {
    ...readingRulesGroup.read(values),
    statuses: proxyStatusesGroup.read(values),
    allowedResponseHeaders: new Set(allowedHeadersGroup.read(values)),
  };
}
