import type { Route, VariableText } from '@sluice/core';
import { block, directive, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { complexValue } from './variables.ts';

/** A beginning of a URL that says enough of the host. */
const SURE = /^https?:\/\/(?!unix:)(?:.{5}|.*[/?#])/i;

/**
 * Puts a URL of a user into a variable to pass to. nginx takes `unix:` and a path for a socket, such as the one that the controller
 * talks to nginx on: nobody may name one.
 */
export function outsideTarget(name: string, url: VariableText, route: Route): readonly Directive[] {
  const target = directive('set', variable(name), complexValue(url, route));
  const [first] = url;
  if (typeof first === 'string' && SURE.test(first)) return [target];
  return [target, block('if', ['(', variable(name), '~*', '^https?://unix:', ')'], [directive('return', 400)])];
}
