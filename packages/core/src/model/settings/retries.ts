import type { NextUpstreamPolicy } from '../policy/next-upstream.ts';
import type { Policy } from '../policy/policy.ts';
import { settingText } from './setting.ts';
import type { Setting, SettingGroup, SettingValues } from './setting.ts';

const retryNonIdempotent: Setting<boolean> = {
  key: 'retry-non-idempotent',
  standard: 'false',
  values: 'true or false',
  effect: 'Sends POST, LOCK and PATCH to another endpoint too after a failure',
  parse: settingText.bool,
};

/** What a route does that says nothing of its own about tries; undefined for what is usual. */
export const retriesGroup: SettingGroup<NextUpstreamPolicy | undefined> = {
  name: 'retries',
  settings: [retryNonIdempotent],
  read: (values: SettingValues) => {
    const from = values.from(retryNonIdempotent);
    if (!values.get(retryNonIdempotent) || from === undefined) return undefined;
    return { kind: 'next-upstream', on: ['error', 'timeout'], nonIdempotent: true, tries: 3, timeoutMs: 0, from };
  },
};

/** The policies of a route that tries again with every request. */
export function withRetries(policies: readonly Policy[], retries: NextUpstreamPolicy | undefined): readonly Policy[] {
  if (retries === undefined) return policies;
  if (!policies.some(({ kind }) => kind === 'next-upstream')) return [...policies, retries];
  return policies.map((policy) => (policy.kind === 'next-upstream' ? { ...policy, nonIdempotent: true } : policy));
}
