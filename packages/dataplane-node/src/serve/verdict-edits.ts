import type { Verdict } from '@sluice/core';
import { canonicalHost, changesValues, valueChanges } from '@sluice/core';
import type { Exchange } from './exchange.ts';

/** Notes how the client's answer is changed: what the verdict says, and what the route changes in answers of upstreams. */
export function takeEdits({ responseEdits, facts, client }: Exchange, verdict: Verdict): void {
  responseEdits.take(verdict.responseEdits);
  if (verdict.kind !== 'forward' || !changesValues(verdict.route)) return;
  const origin = { secure: client.secure, host: canonicalHost(facts.authority) ?? '' };
  for (const { header, change } of valueChanges(verdict.route, origin)) responseEdits.change(header, change);
}
