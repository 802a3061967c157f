import { parseVariableText } from '../variable-text.ts';
import type { VariableText } from '../variable-text.ts';
import type { SnippetStep } from '../policy/snippet.ts';
import { binaryText } from '../../binary-text.ts';

/** Where a directive stands: in a location, in the server, or in an `if` of one of them. */
export type SnippetPlace = 'location' | 'server' | 'if-location' | 'if-server';

/** What one directive means. */
export type StepResult =
  | { readonly kind: 'steps'; readonly steps: readonly SnippetStep[]; /** Where it is not quite as in nginx. */ readonly note?: string }
  /** `reason` completes "DIRECTIVE: ...". */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It restricts who may ask, which must not be lost: nobody may. */
  | { readonly kind: 'denied'; readonly reason: string };

export const steps = (...made: readonly SnippetStep[]): StepResult => ({ kind: 'steps', steps: made });
export const noted = (note: string, ...made: readonly SnippetStep[]): StepResult => ({ kind: 'steps', steps: made, note });
export const refused = (reason: string): StepResult => ({ kind: 'refused', reason });

/** A text of a snippet as bytes go over the wire, with its variables; a text says which variable is not known. */
export function readText(text: string): VariableText | string {
  const { parts, unknown } = parseVariableText(binaryText(text));
  return unknown === undefined ? parts : `the variable $${unknown} is not known`;
}
