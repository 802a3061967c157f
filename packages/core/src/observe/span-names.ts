/** Names of the spans of the reconcile loop. docs/spans.md is generated from this table. */
export const spanNames = Object.freeze({
  reconcile: 'sluice.reconcile',
  model: 'sluice.model',
  translate: 'sluice.translate',
  render: 'sluice.render',
  validate: 'sluice.validate',
  apply: 'sluice.apply',
} as const);

export type SpanName = (typeof spanNames)[keyof typeof spanNames];
