import { describe, expect, it } from 'vitest';
import { claimOf, ObjectClaims } from './object-claims.ts';
import type { Claim } from './object-claims.ts';
import { PendingChanges } from './pending-changes.ts';

const claim = (name: string, port = 80): Claim =>
  claimOf('a.yaml', { document: 1, value: { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { port } } });

function sentWith(...claims: readonly Claim[]): { claims: ObjectClaims; pending: PendingChanges } {
  const all = new ObjectClaims();
  const pending = new PendingChanges(all);
  all.replace([], claims);
  pending.settle(0);
  return { claims: all, pending };
}

describe('PendingChanges', () => {
  it('puts what differs from what was sent', () => {
    const [a, b] = [claim('a'), claim('b')];
    const { claims, pending } = sentWith(a, b);
    const changed = claim('b', 81);
    claims.replace([a, b], [claim('a'), changed]);
    expect(pending.settle(0)).toEqual({ kind: 'send', changes: [{ kind: 'put', object: JSON.parse(changed.json) }] });
    expect(pending.settle(0)).toEqual({ kind: 'send', changes: [] });
  });

  it('holds everything back until what is gone has stayed away', () => {
    const [a, b, c] = [claim('a'), claim('b'), claim('c')];
    const { claims, pending } = sentWith(a, b);
    claims.replace([a], [c]);
    expect(pending.settle(1000)).toEqual({ kind: 'hold', ms: 100 });
    expect(pending.settle(1060)).toEqual({ kind: 'hold', ms: 40 });
    expect(pending.settle(1100)).toEqual({
      kind: 'send',
      changes: [
        { kind: 'put', object: JSON.parse(c.json) },
        { kind: 'delete', ref: a.ref },
      ],
    });
    expect(pending.settle(1200)).toEqual({ kind: 'send', changes: [] });
  });

  it('says nothing about what went and came back', () => {
    const [a, b] = [claim('a'), claim('b')];
    const { claims, pending } = sentWith(a, b);
    claims.replace([a], []);
    expect(pending.settle(1000).kind).toBe('hold');
    claims.replace([], [claim('a')]);
    expect(pending.settle(1200)).toEqual({ kind: 'send', changes: [] });
  });

  it('waits longer when nothing is left', () => {
    const a = claim('a');
    const { claims, pending } = sentWith(a);
    claims.replace([a], []);
    expect(pending.settle(1000)).toEqual({ kind: 'hold', ms: 2000 });
    expect(pending.settle(3000)).toEqual({ kind: 'send', changes: [{ kind: 'delete', ref: a.ref }] });
  });

  it('does not wait for ever while objects go one after the other', () => {
    const many = Array.from({ length: 60 }, (_, index) => claim(`n${index}`));
    const { claims, pending } = sentWith(...many, claim('stays'));
    const outcomes = many.map((one, index) => {
      claims.replace([one], []);
      return pending.settle(1000 + index * 80).kind;
    });
    expect(outcomes.indexOf('send')).toBe(50);
  });
});
