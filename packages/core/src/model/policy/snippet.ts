import type { HeaderEdit } from '../../evaluate/header-edit.ts';
import type { Origin } from '../origin.ts';
import type { VariableText } from '../variable-text.ts';

/** A change of header lines whose value is made for each request; nothing is changed by an empty value that `add` would add. */
export interface HeaderTemplate {
  readonly op: HeaderEdit['op'];
  readonly name: string;
  readonly value: VariableText;
  /** The statuses of responses that are changed; absent for all. */
  readonly statuses?: readonly number[];
}

/** A test of a variable: that it is there (neither empty nor 0), that it equals a text, or that a pattern is found in it. */
export interface SnippetCondition {
  readonly variable: string;
  readonly test:
    | { readonly kind: 'set' }
    | { readonly kind: 'equals'; readonly text: string }
    | { readonly kind: 'matches'; readonly pattern: string; readonly ignoreCase: boolean };
  readonly negated: boolean;
}

/** One thing that a snippet does, in the words of nginx. `$1` to `$9` in texts are the groups of the last pattern that matched. */
export type SnippetStep =
  /** Changes what the client gets; holds for every answer. */
  | { readonly kind: 'response-header'; readonly edit: HeaderTemplate }
  /** Changes what the upstream gets. */
  | { readonly kind: 'request-header'; readonly edit: HeaderTemplate }
  /** Answers with a text, a page, or nothing at all (444). */
  | { readonly kind: 'return'; readonly status: number; readonly text?: VariableText }
  | { readonly kind: 'redirect'; readonly status: number; readonly to: VariableText }
  /** Gives the upstream another path; `redirect` sends the client there. `last`: no further step that changes the path is taken. */
  | {
      readonly kind: 'rewrite';
      readonly pattern: string;
      readonly to: VariableText;
      /** The query of the request is put behind. */
      readonly keepQuery: boolean;
      readonly last: boolean;
      readonly redirect?: number;
    }
  /** No further step that changes the path is taken. */
  | { readonly kind: 'break' }
  | { readonly kind: 'if'; readonly condition: SnippetCondition; readonly steps: readonly SnippetStep[] };

/** What a snippet does with the requests of a route (annotation `configuration-snippet`). */
export interface SnippetPolicy {
  readonly kind: 'snippet';
  readonly steps: readonly SnippetStep[];
  readonly from: Origin;
}

/** Header lines of every answer of a host (annotation `server-snippet`). */
export interface HostHeadersPolicy {
  readonly kind: 'host-headers';
  readonly steps: readonly SnippetStep[];
  readonly from: Origin;
}
