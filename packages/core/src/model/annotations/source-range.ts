import { addressRanges } from './address-ranges.ts';
import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';

const allowlist = annotation({
  key: 'allowlist-source-range',
  risk: 'Medium',
  values: 'IP addresses and CIDR blocks between commas',
  effect: 'Serves these client addresses only; the others are answered 403.',
  standard: 'every address',
  target: 'Route.policies: source-range',
  onInvalid: 'deny',
  readsBlank: true,
  parse: addressRanges,
});

const whitelist = annotation({ ...allowlist, key: 'whitelist-source-range', aliasOf: 'allowlist-source-range' });

const denylist = annotation({
  key: 'denylist-source-range',
  risk: 'Medium',
  values: 'IP addresses and CIDR blocks between commas',
  effect: 'Answers these client addresses 403; looked at before the addresses that are allowed.',
  standard: 'no address',
  target: 'Route.policies: source-range',
  onInvalid: 'deny',
  readsBlank: true,
  parse: addressRanges,
});

/** Access by the address of the client. */
export const sourceRangeGroup: AnnotationGroup = {
  name: 'source-range',
  annotations: [allowlist, whitelist, denylist],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  for (const list of [allowlist, denylist])
    if (settings.get(list)?.length === 0) return { denied: { because: 'the list of addresses is empty', from: settings.from(list) } };
  const [deny, allow] = [settings.get(denylist) ?? [], settings.get(allowlist) ?? []];
  if (deny.length === 0 && allow.length === 0) return {};
  return { policies: [{ kind: 'source-range', deny, allow, from: settings.from(allow.length > 0 ? allowlist : denylist) }] };
}
