import { isFramingHeader } from '../../evaluate/header-edit.ts';
import { diagnose } from '../../observe/diagnostic.ts';
import type { Policy } from '../policy/policy.ts';
import { parseVariableText } from '../variable-text.ts';
import type { Origin } from '../origin.ts';
import { objectName, settingText } from './setting.ts';
import type { Setting, SettingGroup, SettingValues } from './setting.ts';
import { binaryText } from '../../binary-text.ts';

const addHeaders: Setting<string> = {
  key: 'add-headers',
  standard: '',
  values: 'namespace/name of a ConfigMap whose entries are header names and values',
  effect:
    'Sends the entries with every answer of a route, instead of what the upstream sends under the names; `custom-headers` of an Ingress goes before',
  names: 'ConfigMap',
  parse: objectName,
};

const proxySetHeaders: Setting<string> = {
  key: 'proxy-set-headers',
  standard: '',
  values: 'namespace/name of a ConfigMap whose entries are header names and values, with variables of nginx',
  effect:
    'Sends the entries to every upstream, instead of what the client sends under the names; besides what the proxy itself sends under them',
  names: 'ConfigMap',
  parse: objectName,
};

const addOriginalUri: Setting<boolean> = {
  key: 'proxy-add-original-uri-header',
  standard: 'false',
  values: 'true or false',
  effect: 'Sends the target of the request, as it came, to every upstream as `X-Original-URI`',
  parse: settingText.bool,
};

/** Header lines of every route, as its policies. */
export const headerLinesGroup: SettingGroup<readonly Policy[]> = {
  name: 'header-lines',
  settings: [addHeaders, proxySetHeaders, addOriginalUri],
  read: (values) => [...responseLines(values), ...requestLines(values), ...originalUri(values)],
};

const NAME = /^[A-Za-z0-9\-_]{1,128}$/;
// eslint-disable-next-line no-control-regex -- control characters are what this looks for
const VALUE = /^[^\x00-\x1f\x7f]+$/;
/** nginx takes no argument of 4096 bytes or more, and a name stands beside some. */
const LONGEST_BYTES = 3800;

/** How long a value is as an argument of nginx: quotes and backslashes are escaped there, and each dollar is a variable that holds one. */
function printedBytes(value: string): number {
  return value.length + (value.match(/["\\]/g)?.length ?? 0) + 16 * (value.match(/\$/g)?.length ?? 0);
}

interface Entry {
  readonly name: string;
  /** A binary string. */
  readonly value: string;
  readonly from: Origin;
}

/** The entries that can be header lines, sorted by name; the others are told. */
function entriesOf(setting: Setting<string>, values: SettingValues): readonly Entry[] {
  const [id, from] = [values.get(setting), values.from(setting)];
  if (id === '' || from === undefined) return [];
  const configMap = values.references.configMap(id);
  if (configMap === undefined) {
    values.tell(diagnose('SLU1511', from, `there is no ConfigMap ${id}: no header is sent by it`));
    return [];
  }
  const leaveOut = (name: string, reason: string): readonly [] => {
    values.tell(diagnose('SLU1603', from, `the entry ${JSON.stringify(name.slice(0, 80))} of the ConfigMap ${id} is left out: ${reason}`));
    return [];
  };
  return Object.entries(configMap.data)
    .flatMap(([name, text]): readonly Entry[] => {
      const value = binaryText(text.trim());
      if (!NAME.test(name)) return leaveOut(name, 'it is no header name');
      if (isFramingHeader(name)) return leaveOut(name, 'the header belongs to the connection');
      if (printedBytes(value) > LONGEST_BYTES)
        return leaveOut(name, `its value is longer than ${LONGEST_BYTES} bytes in a configuration of nginx`);
      return VALUE.test(value) ? [{ name, value, from }] : leaveOut(name, 'its value is empty or has control characters');
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function responseLines(values: SettingValues): readonly Policy[] {
  const lines = entriesOf(addHeaders, values).filter(({ name, value, from }) => {
    const literal = !/\$[\w{]/.test(value);
    if (!literal)
      values.tell(
        diagnose('SLU1603', from, `the entry ${JSON.stringify(name)} is left out: variables are not understood in headers of answers`),
      );
    return literal;
  });
  const from = values.from(addHeaders);
  return from === undefined || lines.length === 0
    ? []
    : [{ kind: 'response-headers', lines: lines.map(({ name, value }) => ({ name, value })), from }];
}

/** What the proxy itself tells upstreams: a line more under such a name is sent besides, as nginx does it; Host can be there once alone. */
const TOLD: ReadonlySet<string> = new Set([
  'x-request-id',
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-scheme',
  'x-scheme',
]);

function requestLines(values: SettingValues): readonly Policy[] {
  const from = values.from(proxySetHeaders);
  const lines = entriesOf(proxySetHeaders, values).flatMap(({ name, value, from: place }) => {
    const { parts, unknown } = parseVariableText(value);
    if (unknown !== undefined) {
      values.tell(diagnose('SLU1603', place, `the entry ${JSON.stringify(name)} is left out: the variable $${unknown} is not known`));
      return [];
    }
    return [{ op: TOLD.has(name.toLowerCase()) ? ('add' as const) : ('set' as const), name, value: parts }];
  });
  return from === undefined || lines.length === 0 ? [] : [{ kind: 'request-headers', lines, from }];
}

function originalUri(values: SettingValues): readonly Policy[] {
  const from = values.from(addOriginalUri);
  if (!values.get(addOriginalUri) || from === undefined) return [];
  return [{ kind: 'request-headers', lines: [{ op: 'set', name: 'X-Original-URI', value: [{ variable: 'request_uri' }] }], from }];
}
