import { pcre } from '@sluice/core';
import type { BlockPattern, ServingSettings } from '@sluice/core';
import { block, directive, literal, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';

const AGENT = 'sluice_blocked_agent';
const REFERER = 'sluice_blocked_referer';

/** The variables that say who is kept out by headers. */
export function blockMaps({ blocked: { userAgents, referers } }: ServingSettings): readonly Directive[] {
  return [...blockMap('http_user_agent', AGENT, userAgents), ...blockMap('http_referer', REFERER, referers)];
}

function blockMap(source: string, name: string, patterns: readonly BlockPattern[]): readonly Directive[] {
  if (patterns.length === 0) return [];
  const rules = patterns.map(({ pattern, ignoreCase }) =>
    directive(`${ignoreCase ? '~*' : '~'}${pcre(pattern, { ignoreCase, anchored: false })}`, 1),
  );
  return [block('map', [variable(source), variable(name)], [...rules, directive('default', literal(''))])];
}

/** What a server does with them before anything else. */
export function blockRules({ blocked: { userAgents, referers } }: ServingSettings): readonly Directive[] {
  const refuse = (name: string): Directive => block('if', ['(', variable(name), ')'], [directive('return', 403)]);
  return [...(userAgents.length > 0 ? [refuse(AGENT)] : []), ...(referers.length > 0 ? [refuse(REFERER)] : [])];
}
