import { compilePattern } from '../../regex/compile.ts';
import { literalPattern } from '../../translate/plan/pcre.ts';
import { addressRanges } from '../annotations/address-ranges.ts';
import type { Parsed } from '../annotations/annotation.ts';
import type { SourceRangePolicy } from '../policy/source-range.ts';
import { settingList } from './setting.ts';
import type { ParsedSetting, Setting, SettingGroup } from './setting.ts';

/** A pattern that is searched in a header value. */
export interface BlockPattern {
  readonly pattern: string;
  readonly ignoreCase: boolean;
}

/** Requests that are answered 403 before anything else is looked at. */
export interface BlockedClients {
  readonly userAgents: readonly BlockPattern[];
  readonly referers: readonly BlockPattern[];
}

/** Each costs some time with every request. */
const MOST_PATTERNS = 500;
const LONGEST_BYTES = 1000;

function blockPattern(written: string): Parsed<BlockPattern> {
  const text = /^(["'])(.*)\1$/s.exec(written)?.[2] ?? written;
  const block = readBlock(text);
  if (block === undefined) return { ok: false, reason: 'it is empty' };
  if (Buffer.byteLength(text) > LONGEST_BYTES) return { ok: false, reason: `it is longer than ${LONGEST_BYTES} bytes` };
  const compiled = compilePattern(block.pattern, { ignoreCase: block.ignoreCase, anchoredStart: false });
  return compiled.ok ? { ok: true, value: block } : compiled;
}

/** As nginx reads the values of a `map`; undefined for nothing. */
function readBlock(text: string): BlockPattern | undefined {
  const [, mark, source = ''] = /^(~\*?)(.*)$/s.exec(text) ?? [];
  if ((mark === undefined ? text : source) === '') return undefined;
  return mark === undefined ? { pattern: `^${literalPattern(text)}$`, ignoreCase: true } : { pattern: source, ignoreCase: mark === '~*' };
}

function patterns(text: string): ParsedSetting<readonly BlockPattern[]> {
  const parsed = settingList(blockPattern)(text);
  if (!parsed.ok || parsed.value.length <= MOST_PATTERNS) return parsed;
  return { ok: true, value: parsed.value.slice(0, MOST_PATTERNS), but: `all but the first ${MOST_PATTERNS} are left out` };
}

const userAgents: Setting<readonly BlockPattern[]> = {
  key: 'block-user-agents',
  standard: '',
  values: 'texts between commas; patterns begin with ~, or with ~* where case does not matter',
  effect: 'Answers 403 to requests whose `User-Agent` is one of the texts, or has one of the patterns in it, on every host',
  protects: true,
  parse: patterns,
};

const referers: Setting<readonly BlockPattern[]> = {
  ...userAgents,
  key: 'block-referers',
  effect: 'Answers 403 to requests whose `Referer` is one of the texts, or has one of the patterns in it, on every host',
};

const cidrs: Setting<readonly string[]> = {
  key: 'block-cidrs',
  standard: '',
  values: 'IP addresses and CIDR blocks between commas',
  effect:
    'Answers 403 to these clients where a request would be passed on, also on paths with lists of their own; redirects and the built-in 404 come before, as all that comes before lists of addresses',
  protects: true,
  parse: settingList((one): Parsed<string> => {
    const parsed = addressRanges(one);
    const [range] = parsed.ok ? parsed.value : [];
    return range === undefined ? { ok: false, reason: 'it is neither an IP address nor a CIDR block' } : { ok: true, value: range };
  }),
};

export const blockedClientsGroup: SettingGroup<BlockedClients> = {
  name: 'blocks',
  settings: [userAgents, referers, cidrs],
  read: (values) => ({ userAgents: values.get(userAgents), referers: values.get(referers) }),
};

/** The addresses that no route is for; undefined for none. */
export function blockedAddresses(values: Parameters<typeof blockedClientsGroup.read>[0]): SourceRangePolicy | undefined {
  const [deny, from] = [values.get(cidrs), values.from(cidrs)];
  return from === undefined || deny.length === 0 ? undefined : { kind: 'source-range', deny, allow: [], from };
}
