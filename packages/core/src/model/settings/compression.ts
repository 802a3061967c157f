import type { Parsed } from '../annotations/annotation.ts';
import { compilePattern } from '../../regex/compile.ts';
import { integerBetween, settingText } from './setting.ts';
import type { AnySetting, Setting, SettingGroup } from './setting.ts';

/** One way in which answers are made shorter for clients that ask for it. */
export interface Encoding {
  readonly level: number;
  /** Shorter answers are left as they are. */
  readonly minBytes: number;
  /** Media types in lower case, besides text/html. */
  readonly types: readonly string[];
}

export interface Compression {
  readonly gzip?: Encoding & {
    /** User agents that get none: a regular expression; empty for nobody. */
    readonly disabled: string;
  };
  readonly brotli?: Encoding;
}

const TYPES =
  'application/atom+xml application/javascript application/x-javascript application/json application/rss+xml application/vnd.ms-fontobject application/x-font-ttf application/x-web-app-manifest+json application/xhtml+xml application/xml font/opentype image/svg+xml image/x-icon text/css text/javascript text/plain text/x-component';
const BROTLI_TYPES =
  'application/xml+rss application/atom+xml application/javascript application/x-javascript application/json application/rss+xml application/vnd.ms-fontobject application/x-font-ttf application/x-web-app-manifest+json application/xhtml+xml application/xml font/opentype image/svg+xml image/x-icon text/css text/javascript text/plain text/x-component';

function flag(key: string, effect: string): Setting<boolean> {
  return { key, standard: 'false', values: 'true or false', effect, parse: settingText.bool };
}

function number(key: string, standard: string, effect: string, [least, most]: readonly [number, number]): Setting<number> {
  return { key, standard, values: `${least} to ${most}`, effect, parse: integerBetween(least, most) };
}

const MOST_TYPES = 200;

function types(key: string, standard: string): Setting<readonly string[]> {
  return {
    key,
    standard,
    values: 'media types between blanks',
    effect: 'Answers of these types are compressed, and text/html',
    parse: (text): Parsed<readonly string[]> => {
      const all = [
        ...new Set(
          text
            .toLowerCase()
            .split(/\s+/)
            .filter((one) => one !== '' && one !== 'text/html'),
        ),
      ];
      const wrong = all.find((one) => !/^[\w.+-]{1,64}\/[\w.+-]{1,64}$/.test(one));
      if (wrong !== undefined) return { ok: false, reason: `${JSON.stringify(wrong.slice(0, 80))} is no media type` };
      return all.length > MOST_TYPES ? { ok: false, reason: `there are more than ${MOST_TYPES}` } : { ok: true, value: all };
    },
  };
}

const MOST_BYTES = 1_000_000_000;
const useGzip = flag('use-gzip', 'Compresses answers by gzip for clients that ask for it');
const gzipLevel = number('gzip-level', '1', 'How hard gzip tries', [1, 9]);
const gzipMin = number('gzip-min-length', '256', 'Answers that are shorter are not compressed', [0, MOST_BYTES]);
const gzipTypes = types('gzip-types', TYPES);
const gzipDisable: Setting<string> = {
  key: 'gzip-disable',
  standard: '',
  values: 'a regular expression',
  effect: 'User agents that get no gzip',
  parse: (text): Parsed<string> => {
    if (text === '') return { ok: true, value: '' };
    const compiled = compilePattern(text, { ignoreCase: true, anchoredStart: false });
    return compiled.ok ? { ok: true, value: text } : { ok: false, reason: compiled.reason };
  },
};

const useBrotli = flag('enable-brotli', 'Compresses answers by brotli for clients that ask for it');
const brotliLevel = number('brotli-level', '4', 'How hard brotli tries', [0, 11]);
const brotliMin = number('brotli-min-length', '20', 'Answers that are shorter are not compressed', [0, MOST_BYTES]);
const brotliTypes = types('brotli-types', BROTLI_TYPES);

const settings: readonly AnySetting[] = [
  useGzip,
  gzipLevel,
  gzipMin,
  gzipTypes,
  gzipDisable,
  useBrotli,
  brotliLevel,
  brotliMin,
  brotliTypes,
];

export const compressionGroup: SettingGroup<Compression> = {
  name: 'compression',
  settings,
  read: (values) => ({
    ...(values.get(useGzip) && {
      gzip: {
        level: values.get(gzipLevel),
        minBytes: values.get(gzipMin),
        types: values.get(gzipTypes),
        disabled: values.get(gzipDisable),
      },
    }),
    ...(values.get(useBrotli) && {
      brotli: { level: values.get(brotliLevel), minBytes: values.get(brotliMin), types: values.get(brotliTypes) },
    }),
  }),
};
