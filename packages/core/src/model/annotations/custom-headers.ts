import { isFramingHeader } from '../../evaluate/header-edit.ts';
import { diagnose } from '../../observe/diagnostic.ts';
import type { ConfigMap } from '../../watch/kinds/config-map.ts';
import type { Origin } from '../origin.ts';
import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution, References } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { text } from './value-parsers.ts';

const NAME = /^[A-Za-z0-9\-_]+$/;
const VALUE = /^[A-Za-z0-9_ :;.,\\/"'?!(){}[\]@<>=\-+*#$&`|~^%]+$/;

const customHeaders = annotation({
  key: 'custom-headers',
  risk: 'Medium',
  values: 'namespace/name of a ConfigMap whose entries are header names and values',
  effect:
    'Adds the entries as headers of every answer, instead of what the backend sends under the names. The setting global-allowed-response-headers lists the names that are allowed, and without it none is.',
  standard: 'no headers',
  target: 'Route.policies: response-headers',
  onInvalid: 'fallback',
  parse: text.basic,
});

/** Headers of answers. */
export const customHeadersGroup: AnnotationGroup = { name: 'custom-headers', annotations: [customHeaders], contribute };

function contribute(settings: IngressSettings, references: References): Contribution {
  const id = settings.get(customHeaders) ?? '';
  if (id === '') return {};
  const from = settings.from(customHeaders);
  const configMap = references.configMap(id);
  if (configMap === undefined) return denial(`there is no ConfigMap ${id}`, from);
  const wrong = wrongEntry(configMap, settings.global.rules.allowedResponseHeaders);
  if (wrong !== undefined) return denial(wrong, from);
  const lines = Object.entries(configMap.data)
    .map(([name, value]) => ({ name, value }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return lines.length === 0 ? {} : { policies: [{ kind: 'response-headers', lines, from }] };
}

function denial(because: string, from: Origin): Contribution {
  return { denied: { because, from }, diagnostics: [diagnose('SLU1506', from, `${because}; its paths answer 503`)] };
}

/** What is wrong with the first entry that cannot be a header; undefined when all can. */
function wrongEntry({ data, metadata }: ConfigMap, allowed: ReadonlySet<string>): string | undefined {
  const where = `of the ConfigMap ${metadata.namespace}/${metadata.name}`;
  for (const [name, value] of Object.entries(data)) {
    if (!NAME.test(name)) return `the entry ${JSON.stringify(name.slice(0, 80))} ${where} is no header name`;
    if (isFramingHeader(name)) return `the header ${name} ${where} belongs to the connection`;
    if (!allowed.has(name)) return `the header ${name} ${where} is not among global-allowed-response-headers`;
    if (!VALUE.test(value)) return `the value of ${name} ${where} has characters that are not allowed`;
  }
  return undefined;
}
