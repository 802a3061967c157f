import type { Diagnostic, ProblemCode, Sample } from '@sluice/core';

/** What findings about Services are called here. */
const TYPES: Partial<Readonly<Record<ProblemCode, string>>> = { SLU1301: 'no-service', SLU1303: 'no-endpoint', SLU1304: 'no-endpoint' };

/** Ingresses with a path that nobody answers, each once for each type. */
export function orphanSamples(diagnostics: readonly Diagnostic[]): readonly Sample[] {
  const samples = new Map<string, Sample>();
  for (const { code, object } of diagnostics) {
    const type = TYPES[code];
    if (type === undefined || object.kind !== 'Ingress') continue;
    const { namespace, name } = object;
    samples.set(`${namespace}/${name} ${type}`, { value: 1, labels: { namespace, ingress: name, type } });
  }
  return [...samples.values()];
}
