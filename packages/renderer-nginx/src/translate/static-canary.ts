import { literalPattern, pcre } from '@sluice/core';
import type { Canary, Upstream } from '@sluice/core';
import { block, directive, variable } from '../render/directive.ts';
import type { Argument, Directive } from '../render/directive.ts';
import { digestOfText } from './resources.ts';
import type { Resources } from './resources.ts';

/** The names of the `upstream` blocks of both sides. */
interface Sides {
  readonly main: string;
  readonly canary: string;
}

/** The variable that names the side of a request; undefined where there is no canary, or none with an endpoint. */
export function staticCanary(
  upstream: Upstream,
  find: (id: string) => Upstream | undefined,
  poolOf: (upstream: Upstream) => string,
  resources: Resources,
): Argument | undefined {
  const { canary } = upstream;
  const other = canary && find(canary.upstream);
  if (canary === undefined || other === undefined || other.endpoints.some(({ kind }) => kind === 'name') || other.endpoints.length === 0)
    return undefined;
  const sides = { main: poolOf(upstream), canary: poolOf(other) };
  const digest = digestOfText(JSON.stringify([upstream.id, canary, sides]));
  const names = { weight: `sluice_weight_${digest}`, cookie: `sluice_cookie_${digest}`, header: `sluice_side_${digest}` };
  resources.share(names.header, [
    byWeight(canary, sides, names.weight),
    byCookie(canary, sides, names.cookie, names.weight),
    byHeader(canary, sides, names.header, names.cookie),
  ]);
  return variable(names.header);
}

function byWeight({ weight, weightTotal }: Canary, sides: Sides, name: string): Directive {
  const percent = Math.round((Math.min(Math.max(weight, 0), weightTotal) / weightTotal) * 10_000) / 100;
  const share =
    percent >= 100
      ? [directive('*', sides.canary)]
      : [...(percent > 0 ? [directive(`${percent}%`, sides.canary)] : []), directive('*', sides.main)];
  return block('split_clients', [variable('request_id'), variable(name)], share);
}

function byCookie({ cookie }: Canary, sides: Sides, name: string, next: string): Directive {
  const says = (word: string): string => `~(?:^|;[ ]*)${literalPattern(cookie ?? '')}=${word}[ ]*(?:;|$)`;
  const rules = cookie === undefined ? [] : [directive(says('always'), sides.canary), directive(says('never'), sides.main)];
  return block('map', [variable('http_cookie'), variable(name)], [...rules, directive('default', variable(next))]);
}

function byHeader({ header }: Canary, sides: Sides, name: string, next: string): Directive {
  const source = header === undefined ? 'request_id' : `http_${header.name.replace(/[^a-z0-9]/g, '_')}`;
  return block('map', [variable(source), variable(name)], [...headerRules(header, sides), directive('default', variable(next))]);
}

function headerRules(header: Canary['header'], sides: Sides): readonly Directive[] {
  if (header === undefined) return [];
  const { rule } = header;
  switch (rule.kind) {
    case 'words':
      return [directive('~^always$', sides.canary), directive('~^never$', sides.main)];
    case 'value':
      return [directive(`~^${literalPattern(rule.value)}$`, sides.canary)];
    case 'pattern':
      return [directive(`~${pcre(rule.pattern, { ignoreCase: false, anchored: false })}`, sides.canary)];
    case 'unusable':
      return [directive('~.', sides.main)];
  }
}
