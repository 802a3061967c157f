/** Names of the spans of the reconcile loop. docs/spans.md is generated from this table. */
export const spanNames = Object.freeze({
  reconcile: 'sluice.reconcile',
  wait: 'sluice.wait',
  model: 'sluice.model',
  translate: 'sluice.translate',
  render: 'sluice.render',
  validate: 'sluice.validate',
  apply: 'sluice.apply',
  status: 'sluice.status',
} as const);

export type SpanName = (typeof spanNames)[keyof typeof spanNames];

/** Names of the attributes of these spans. */
export const spanAttributes = Object.freeze({
  revision: 'sluice.snapshot.revision',
  changeCount: 'sluice.changes.count',
  changes: 'sluice.changes',
  outcome: 'sluice.apply.outcome',
  digest: 'sluice.generation.digest',
  reasons: 'sluice.apply.reasons',
} as const);
