import type { References } from '../annotations/contribution.ts';
import { readFeatures } from '../annotations/ingress-features.ts';
import { readSettings } from '../annotations/read-settings.ts';
import type { ObjectRef } from '../origin.ts';
import type { Ingress } from '../../watch/kinds/ingress.ts';
import { parseObject } from '../../watch/parse-object.ts';
import type { ConfigMap } from '../../watch/kinds/config-map.ts';
import { noSettings } from '../settings/global-settings.ts';
import type { GlobalSettings } from '../settings/global-settings.ts';
import { settingGroups } from '../settings/setting-groups.ts';

/** Which objects may be named the settings say, which nobody knows here. */
const anywhere: GlobalSettings = { ...noSettings, rules: { ...noSettings.rules, otherNamespaces: true } };

/**
 * The Secrets and ConfigMaps that an Ingress, or the ConfigMap with the settings, needs, as its own text says: those of `tls` entries and those
 * that annotations and settings name, whatever their risk. None for what is neither, or not valid. For sources that read only what is needed.
 */
export function namedObjects(raw: unknown): readonly ObjectRef[] {
  const parsed = parseObject(raw);
  if (parsed.kind !== 'object') return [];
  if (parsed.object.kind === 'Ingress') return namedByIngress(parsed.object);
  return parsed.object.kind === 'ConfigMap' ? namedBySettings(parsed.object) : [];
}

function namedBySettings({ data }: ConfigMap): readonly ObjectRef[] {
  return settingGroups
    .flatMap(({ settings }) => settings)
    .flatMap(({ key, names, parse }) => {
      const parsed = names === undefined ? undefined : parse(data[key]?.trim() ?? '');
      if (names === undefined || parsed?.ok !== true || typeof parsed.value !== 'string' || parsed.value === '') return [];
      const slash = parsed.value.indexOf('/');
      return [{ kind: names, namespace: parsed.value.slice(0, slash), name: parsed.value.slice(slash + 1) }];
    });
}

function namedByIngress(ingress: Ingress): readonly ObjectRef[] {
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
  readFeatures(readSettings(ingress, 'Critical', anywhere), references);
  return [...named.values()];
}
