import { compilePattern } from '../regex/compile.ts';
import type { PathPattern } from '../regex/compile.ts';
import type { BlockPattern } from '../model/settings/blocked-clients.ts';
import type { ServingSettings } from '../model/settings/serving-settings.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import type { Narrator } from './reason.ts';
import type { RoutedRequest } from './request.ts';
import type { RespondVerdict } from './verdict.ts';

const compiled = new WeakMap<readonly BlockPattern[], readonly PathPattern[]>();

function found(list: readonly BlockPattern[], text: string): boolean {
  let patterns = compiled.get(list);
  if (patterns === undefined) {
    const all = list.map(({ pattern, ignoreCase }) => compilePattern(pattern, { ignoreCase, anchoredStart: false }));
    compiled.set(list, (patterns = all.flatMap((one) => (one.ok ? one.pattern : []))));
  }
  return patterns.some((pattern) => pattern.test(text));
}

const HEADERS = [
  { list: 'userAgents', header: 'user-agent', key: 'block-user-agents' },
  { list: 'referers', header: 'referer', key: 'block-referers' },
] as const;

/** 403 for requests whose headers the settings keep out, whatever the host; undefined lets them go on. */
export function blockedRequest(
  request: RoutedRequest,
  { blocked, said }: ServingSettings,
  host: VirtualHost,
  tell?: Narrator,
): RespondVerdict | undefined {
  for (const { list, header, key } of HEADERS) {
    if (blocked[list].length === 0 || !found(blocked[list], request.header(header) ?? '')) continue;
    const because = `the ${header} is kept out`;
    const from = said.find((one) => one.key === key)?.from;
    tell?.({ step: 'answer', text: `403: ${because}`, ...(from && { from }) });
    return { kind: 'respond', host, status: 403, because };
  }
  return undefined;
}
