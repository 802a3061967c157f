import type { HeaderTemplate, SnippetCondition, SnippetStep } from '../../model/policy/snippet.ts';
import { pcre } from './pcre.ts';
import { planText } from './plan-text.ts';
import type { PlanText, TextPlace } from './plan-text.ts';

/** A regular expression for PCRE, which is looked for anywhere in a text. */
export interface PlanPattern {
  readonly pattern: string;
  readonly ignoreCase?: 1;
}

/** A change of header lines (`HeaderTemplate`). */
export interface PlanEdit {
  readonly op: HeaderTemplate['op'];
  readonly name: string;
  readonly value: PlanText;
  readonly statuses?: readonly number[];
}

/** A step of a snippet (`SnippetStep`) as plain data without booleans: 1 is yes, absent is no. */
export type PlanStep =
  | { readonly kind: 'response-header' | 'request-header'; readonly edit: PlanEdit }
  | { readonly kind: 'return'; readonly status: number; readonly text?: PlanText }
  | { readonly kind: 'redirect'; readonly status: number; readonly to: PlanText }
  | ({
      readonly kind: 'rewrite';
      readonly to: PlanText;
      readonly keepQuery?: 1;
      readonly last?: 1;
      readonly redirect?: number;
    } & PlanPattern)
  | { readonly kind: 'break' }
  | { readonly kind: 'if'; readonly condition: PlanCondition; readonly steps: readonly PlanStep[] };

/** A test of a text: without `equals` and `matches` that it is there. */
export interface PlanCondition {
  readonly value: PlanText;
  readonly equals?: string;
  readonly matches?: PlanPattern;
  readonly negated?: 1;
}

/** The steps of a snippet as Lua gets them. */
export function planSteps(steps: readonly SnippetStep[], place: TextPlace): readonly PlanStep[] {
  return steps.map((step) => planStep(step, place));
}

function planStep(step: SnippetStep, place: TextPlace): PlanStep {
  switch (step.kind) {
    case 'response-header':
    case 'request-header':
      return { kind: step.kind, edit: { ...step.edit, value: planText(step.edit.value, place) } };
    case 'return':
      return { kind: 'return', status: step.status, ...(step.text && { text: planText(step.text, place) }) };
    case 'redirect':
      return { kind: 'redirect', status: step.status, to: planText(step.to, place) };
    case 'rewrite':
      return planRewrite(step, place);
    case 'break':
      return step;
    case 'if':
      return { kind: 'if', condition: planCondition(step.condition, place), steps: planSteps(step.steps, place) };
  }
}

type RewriteStep = Extract<SnippetStep, { readonly kind: 'rewrite' }>;

function planRewrite({ pattern, to, keepQuery, last, redirect }: RewriteStep, place: TextPlace): PlanStep {
  return {
    kind: 'rewrite',
    to: planText(to, place),
    ...planPattern(pattern, false),
    ...(keepQuery && { keepQuery: 1 as const }),
    ...(last && { last: 1 as const }),
    ...(redirect !== undefined && { redirect }),
  };
}

function planCondition({ variable, test, negated }: SnippetCondition, place: TextPlace): PlanCondition {
  return {
    value: planText([{ variable }], place),
    ...(test.kind === 'equals' && { equals: test.text }),
    ...(test.kind === 'matches' && { matches: planPattern(test.pattern, test.ignoreCase) }),
    ...(negated && { negated: 1 as const }),
  };
}

/** A pattern of the model, searched anywhere. */
export function planPattern(source: string, ignoreCase: boolean): PlanPattern {
  return { pattern: pcre(source, { ignoreCase, anchored: false }), ...(ignoreCase && { ignoreCase: 1 as const }) };
}

/** The changes of request headers that steps may make, in their order. */
export function requestEdits(steps: readonly PlanStep[]): readonly PlanEdit[] {
  return steps.flatMap((step): readonly PlanEdit[] => {
    if (step.kind === 'if') return requestEdits(step.steps);
    return step.kind === 'request-header' ? [step.edit] : [];
  });
}
