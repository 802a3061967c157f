import type { Artifact, Renderer, RoutingModel, Translation } from '@sluice/core';
import { digestOf, fidelityDiagnostics } from '@sluice/core';
import { nodeDifferences, nodeFidelity } from './fidelity.ts';

/** What the Node data plane serves from: the model itself, since it runs the evaluator of the core. */
export interface NodeTable {
  readonly digest: string;
  readonly model: RoutingModel;
}

/** Translates nothing away: the Node data plane does all that the model can say. */
export const nodeRenderer: Renderer<NodeTable> = {
  fidelity: nodeFidelity,
  differences: nodeDifferences,
  translate: (model): Translation<NodeTable> => ({
    tree: { digest: digestOf(model), model },
    diagnostics: fidelityDiagnostics(model, nodeFidelity),
  }),
  render: renderTable,
};

/** The table as JSON, keys redacted, for people; the table itself for the data plane. */
function renderTable(table: NodeTable): Artifact {
  return { digest: table.digest, table, files: () => [{ path: 'table.json', content: `${JSON.stringify(table, undefined, 2)}\n` }] };
}

/** Whether an artifact was rendered here. */
export function isNodeTable(table: unknown): table is NodeTable {
  return typeof table === 'object' && table !== null && 'digest' in table && 'model' in table;
}
