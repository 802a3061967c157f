import { parseLogFormat, standardLogText } from '../../observe/requests/log-format.ts';
import type { LogEscape, LogFormat } from '../../observe/requests/log-format.ts';
import { compilePattern } from '../../regex/compile.ts';
import { settingText } from './setting.ts';
import type { ParsedSetting, Setting, SettingGroup } from './setting.ts';

/** Targets whose requests leave no line: equal ones without regard to case, or those that a PCRE is found in. */
export type SilentTarget =
  | { readonly kind: 'equal'; readonly target: string }
  | { readonly kind: 'regex'; readonly pattern: string; readonly ignoreCase: boolean };

/** What is written down of requests, on every route that has its lines. */
export interface AccessLogSettings {
  readonly enabled: boolean;
  readonly format: LogFormat;
  /** Requests that end at the default backend of names of no Ingress are written down too. */
  readonly defaultBackend: boolean;
  readonly silent: readonly SilentTarget[];
}

const format: Setting<string> = {
  key: 'log-format-upstream',
  standard: standardLogText,
  values: 'text with variables of nginx',
  effect: 'How a line of the access log looks',
  parse: (text): ParsedSetting<string> => {
    if (text === '') return { ok: false, reason: 'it must not be empty' };
    const unknown = parseLogFormat(text, 'default').unknown.map((name) => `$${name}`);
    if (unknown.length === 0) return { ok: true, value: text };
    return {
      ok: true,
      value: text,
      but: `nothing is known of ${unknown.slice(0, 10).join(', ').slice(0, 200)}: it is written as a value that is missing`,
    };
  },
};

const flag = (key: string, effect: string): Setting<boolean> => ({
  key,
  standard: 'false',
  values: 'true or false',
  effect,
  parse: settingText.bool,
});

const escapeJson = flag('log-format-escape-json', 'Values in the access log are escaped as in JSON texts');
const escapeNone = flag(
  'log-format-escape-none',
  'Values in the access log are written as they are; it goes before `log-format-escape-json`',
);
const disabled = flag('disable-access-log', 'Nothing is written to the access log');
const disabledHttp = flag('disable-http-access-log', 'Nothing about HTTP is written to the access log');
const defaultBackend = flag('enable-access-log-for-default-backend', 'Requests for names of no Ingress are written to the access log too');

const skip: Setting<readonly SilentTarget[]> = {
  key: 'skip-access-log-urls',
  standard: '',
  values: 'targets with their queries, or regular expressions behind `~` or `~*`, separated by commas',
  effect: 'Requests for these leave no line',
  parse: (text): ParsedSetting<readonly SilentTarget[]> => {
    const parts = [...new Set(text.split(',').map((part) => folded(part.trim())))].filter((part) => part !== '');
    const targets = parts.slice(0, MOST_TARGETS).map(silentTarget);
    const wrong = targets.findIndex((target) => target === undefined);
    const but = [
      ...(wrong < 0 ? [] : [`${JSON.stringify(parts[wrong]?.slice(0, 80))} is too long or no regular expression; it is left out`]),
      ...(parts.length > MOST_TARGETS ? [`all but the first ${MOST_TARGETS} are left out`] : []),
    ].join('; ');
    const value = targets.filter((target) => target !== undefined);
    return { ok: true, value, ...(but !== '' && { but }) };
  },
};

/** Each of them is looked at for each request. */
const MOST_TARGETS = 500;
/** What a bucket of a `map` of nginx has room for. */
const LONGEST_TARGET_BYTES = 900;

/** A `map` of nginx does not regard case, and refuses what is in it twice. */
function folded(text: string): string {
  return text.startsWith('~') ? text : text.toLowerCase();
}

/** As the patterns of a `map` of nginx; undefined for one that cannot be used. */
function silentTarget(text: string): SilentTarget | undefined {
  if (Buffer.byteLength(text) > LONGEST_TARGET_BYTES) return undefined;
  if (!text.startsWith('~')) return { kind: 'equal', target: text };
  const ignoreCase = text.startsWith('~*');
  const pattern = text.slice(ignoreCase ? 2 : 1);
  return compilePattern(pattern, { ignoreCase, anchoredStart: false }).ok ? { kind: 'regex', pattern, ignoreCase } : undefined;
}

export const accessLogSettings: SettingGroup<AccessLogSettings> = {
  name: 'access-log',
  settings: [format, escapeJson, escapeNone, disabled, disabledHttp, defaultBackend, skip],
  read: (values) => {
    const escape: LogEscape = values.get(escapeNone) ? 'none' : values.get(escapeJson) ? 'json' : 'default';
    return {
      enabled: !values.get(disabled) && !values.get(disabledHttp),
      format: parseLogFormat(values.get(format), escape).format,
      defaultBackend: values.get(defaultBackend),
      silent: values.get(skip),
    };
  },
};
