import { isFramingHeader, requestEdits } from '@sluice/core';
import type { PlanEdit, PlanStep, PlanText } from '@sluice/core';
import type { Argument } from '../render/directive.ts';

/** A header that a location sends to its upstream: what follows `proxy_set_header`. */
export type UpstreamHeader = readonly [name: string, value: Argument];

/**
 * A header of requests that steps may change. What becomes of it is in variables, one a line, so that everybody who looks at the
 * request before it is forwarded (passwords, authentication services, canaries, mirrors) sees what the client sent.
 */
export interface PlanSlot {
  readonly name: string;
  readonly variables: readonly string[];
  /** The lines before any change, made of variables of nginx; absent where they are the client's own. */
  readonly base?: readonly PlanText[];
}

/** Names that a change of all names with some beginning must not take out of the request itself. */
const WITHHELD = ['Authorization', 'Cookie'];

/** The proxy answers it itself: upstreams never get it unless a step sets it. */
const EXPECT = 'expect';

/** The headers of requests that steps may change; `sent` are those that the location sends otherwise. */
export function planSlots(steps: readonly PlanStep[], sent: readonly UpstreamHeader[]): readonly PlanSlot[] {
  const edits = requestEdits(steps);
  const names = new Map<string, { readonly name: string; readonly lines: number }>();
  for (const { name, op } of edits.flatMap((edit) => named(edit, sent))) {
    const key = name.toLowerCase();
    names.set(key, { name, lines: (names.get(key)?.lines ?? 1) + (op === 'add' ? 1 : 0) });
  }
  let count = 0;
  return [...names].map(([key, { name, lines }]) => {
    const variables = Array.from({ length: lines }, () => `sluice_edit_${++count}`);
    const base = key === EXPECT ? [] : baseOf(key, sent);
    return { name, variables, ...(base && { base }) };
  });
}

/** The names that are known to be changed. */
function named(edit: PlanEdit, sent: readonly UpstreamHeader[]): readonly PlanEdit[] {
  if (!edit.name.endsWith('*')) return [edit];
  const beginning = edit.name.slice(0, -1).toLowerCase();
  const known = [...sent.map(([name]) => name), ...WITHHELD];
  return known.filter((name) => name.toLowerCase().startsWith(beginning) && !isFramingHeader(name)).map((name) => ({ ...edit, name }));
}

function baseOf(key: string, sent: readonly UpstreamHeader[]): readonly PlanText[] | undefined {
  const lines = sent.filter(([name]) => name.toLowerCase() === key);
  return lines.length === 0 ? undefined : lines.map(([, value]) => textOf(value));
}

function textOf(value: Argument): PlanText {
  if (value.kind === 'plain') return [value.text];
  return value.parts.filter((part) => part !== '').map((part) => (typeof part === 'string' ? part : [part.variable]));
}
