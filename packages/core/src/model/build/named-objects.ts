import type { References } from '../annotations/contribution.ts';
import { readFeatures } from '../annotations/ingress-features.ts';
import { readSettings } from '../annotations/read-settings.ts';
import type { ObjectRef } from '../origin.ts';
import type { Ingress } from '../../watch/kinds/ingress.ts';
import { parseObject } from '../../watch/parse-object.ts';

/**
 * The Secrets and ConfigMaps that an Ingress needs, as its own text says: those of its `tls` entries and those that its annotations name,
 * whatever their risk. None for what is no valid Ingress. For sources that read only what is needed.
 */
export function namedObjects(raw: unknown): readonly ObjectRef[] {
  const parsed = parseObject(raw);
  if (parsed.kind !== 'object' || parsed.object.kind !== 'Ingress') return [];
  const ingress: Ingress = parsed.object;
  const named = new Map<string, ObjectRef>();
  const note = (kind: string, id: string): undefined => {
    const slash = id.indexOf('/');
    named.set(`${kind} ${id}`, { kind, namespace: id.slice(0, slash), name: id.slice(slash + 1) });
  };
  for (const { secretName } of ingress.spec.tls) if (secretName !== '') note('Secret', `${ingress.metadata.namespace}/${secretName}`);
  const references: References = {
    secret: (id) => note('Secret', id),
    configMap: (id) => note('ConfigMap', id),
    service: () => undefined,
  };
  readFeatures(readSettings(ingress, 'Critical'), references);
  return [...named.values()];
}
