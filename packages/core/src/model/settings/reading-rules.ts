import type { Parsed } from '../annotations/annotation.ts';
import { settingList, settingText } from './setting.ts';
import type { Setting, SettingGroup } from './setting.ts';

/** What annotations may say. */
export interface ReadingRules {
  /** Snippets count as absent. */
  readonly snippets: boolean;
  /** An Ingress with one of them in a value is not served. */
  readonly blockedWords: readonly string[];
  /** Secrets and ConfigMaps of other namespaces may be named. */
  readonly otherNamespaces: boolean;
}

const allowSnippets: Setting<boolean> = {
  key: 'allow-snippet-annotations',
  standard: 'true',
  values: 'true or false; false in ingress-nginx',
  effect:
    'Where it is false, annotations whose names end with `-snippet` count as absent. Which risk annotations may have, `annotations-risk-level` says',
  protects: true,
  parse: settingText.bool,
};

const blocklist: Setting<readonly string[]> = {
  key: 'annotation-value-word-blocklist',
  standard: '',
  values: 'words between commas',
  effect: 'An Ingress with one of them in the value of an annotation is not served',
  protects: true,
  parse: settingList((word): Parsed<string> => ({ ok: true, value: word })),
};

const crossNamespace: Setting<boolean> = {
  key: 'allow-cross-namespace-resources',
  standard: 'false',
  values: 'true or false',
  effect: 'Lets `auth-secret`, `auth-tls-secret`, `proxy-ssl-secret` and `auth-proxy-set-headers` name objects of other namespaces',
  parse: settingText.bool,
};

export const readingRulesGroup: SettingGroup<ReadingRules> = {
  name: 'annotations',
  settings: [allowSnippets, blocklist, crossNamespace],
  read: (values) => ({
    snippets: values.get(allowSnippets),
    blockedWords: values.get(blocklist),
    otherNamespaces: values.get(crossNamespace),
  }),
};
