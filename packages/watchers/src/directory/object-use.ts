import { kindUse } from '@sluice/core';

/** How messages name the type of an object: `apps/v1 Deployment`. Empty without a kind. */
export function typeOf({ apiVersion, kind }: Readonly<Record<string, unknown>>): string {
  if (typeof kind !== 'string') return '';
  return typeof apiVersion === 'string' && apiVersion !== '' ? `${apiVersion} ${kind}` : kind;
}

/** Whether the sink should see objects of this type, if only to report them. Says nothing about whether they are valid. */
export function isUsed({ apiVersion, kind }: Readonly<Record<string, unknown>>): boolean {
  return kindUse(apiVersion, kind) !== 'unused';
}
