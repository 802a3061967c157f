import type { HeaderTemplate, SnippetCondition, SnippetStep } from '../model/policy/snippet.ts';
import type { VariableText } from '../model/variable-text.ts';
import { canonicalHost } from './canonical-host.ts';
import { escapeControls } from './escape-controls.ts';
import { expandVariables } from './expand-variables.ts';
import type { VariableSource } from './expand-variables.ts';
import { describeEdits } from './header-edit.ts';
import type { HeaderEdit } from './header-edit.ts';
import { splitTarget } from './normalize-path.ts';
import { patternOf } from './patterns.ts';
import { escapeTarget } from './rewrite.ts';
import { serverNameOf } from './server-name.ts';

/** How a snippet answers instead of going on. */
export type SnippetAnswer =
  | { readonly kind: 'respond'; readonly status: number; readonly text?: string }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string };

/** What the steps of a snippet do to one request. */
export class SnippetRun {
  readonly responseEdits: HeaderEdit[] = [];
  readonly requestEdits: HeaderEdit[] = [];
  /** What happened, for `explain`. */
  readonly told: string[] = [];
  answer: SnippetAnswer | undefined;
  /** Path (not escaped) and target after rewrites; undefined while nothing was rewritten. */
  rewritten: { readonly path: string; readonly target: string } | undefined;
  /** No further change of the path. */
  stopped = false;
  #source: VariableSource;
  #groups: readonly string[] = [];

  constructor(source: VariableSource) {
    this.#source = source;
  }

  /** Header lines hold for every answer, wherever they are written, those that are taken away first; the other steps are taken in order until one answers. */
  run(steps: readonly SnippetStep[]): this {
    for (const removing of [true, false]) {
      for (const step of steps) {
        if (step.kind !== 'response-header' && step.kind !== 'request-header') continue;
        if ((step.edit.op === 'remove') === removing)
          this.#edit(step.edit, step.kind === 'request-header' ? this.requestEdits : this.responseEdits);
      }
    }
    for (const step of steps) {
      if (this.answer !== undefined || this.stopped) return this;
      this.#take(step);
    }
    return this;
  }

  #take(step: SnippetStep): void {
    switch (step.kind) {
      case 'if':
        if (this.#holds(step.condition)) this.run(step.steps);
        return;
      case 'return':
        this.#answers({ kind: 'respond', status: step.status, ...(step.text && { text: this.#fill(step.text) }) });
        return;
      case 'redirect':
        this.#answers({ kind: 'redirect', status: step.status, location: this.#absolute(this.#fill(step.to)) });
        return;
      case 'rewrite':
        this.#rewrite(step);
        return;
      case 'break':
        this.stopped = true;
        return;
      case 'response-header':
      case 'request-header':
    }
  }

  #edit({ op, name, value, statuses }: HeaderTemplate, edits: HeaderEdit[]): void {
    const filled = this.#fill(value);
    if (op === 'add' && filled === '') return;
    // headers-more and proxy_set_header take an empty value for none.
    const change = op === 'set' && filled === '' ? 'remove' : op;
    const made: HeaderEdit = { op: change, name, value: filled, ...(statuses && { statuses }) };
    edits.push(made);
    this.told.push(`the ${edits === this.requestEdits ? 'upstream' : 'client'} gets ${describeEdits([made])}`);
  }

  #rewrite({ pattern, to, keepQuery, last, redirect }: Extract<SnippetStep, { readonly kind: 'rewrite' }>): void {
    const groups = patternOf(pattern, { ignoreCase: false, anchoredStart: false }).match(this.#source.path);
    if (groups === undefined) return;
    this.#groups = groups;
    const sent = splitTarget(this.#source.request.target);
    const quoted = /[%+]/.test(sent.path);
    const filled = this.#fill(to, { quoted, everywhere: redirect !== undefined });
    // nginx leaves out a question mark with nothing after it.
    const query = sent.query === '?' ? '' : sent.query;
    const [path, own] = cut(filled);
    const joined = own === '' ? query : own + query.replace('?', '&');
    const target = path + (keepQuery ? joined : own);
    if (redirect !== undefined) {
      this.#answers({ kind: 'redirect', status: redirect, location: this.#absolute(target) });
      return;
    }
    // A query made of a decoded path could end the request line and begin header lines.
    const rewritten = { path, target: escapeTarget(path) + escapeControls(keepQuery ? joined : own) };
    this.rewritten = rewritten;
    this.told.push(`rewritten to ${rewritten.target}`);
    this.#source = { ...this.#source, path };
    this.stopped = last;
  }

  #answers(answer: SnippetAnswer): void {
    this.answer = answer;
  }

  #holds({ variable, test, negated }: SnippetCondition): boolean {
    const value = this.#fill([{ variable }]);
    if (test.kind === 'set') return (value !== '' && value !== '0') !== negated;
    if (test.kind === 'equals') return (value === test.text) !== negated;
    const groups = patternOf(test.pattern, { ignoreCase: test.ignoreCase, anchoredStart: false }).match(value);
    if (groups !== undefined && !negated) this.#groups = groups;
    return (groups !== undefined) !== negated;
  }

  /** Groups are escaped behind a question mark, and everywhere in redirects, when the path of the request has escapes. */
  #fill(text: VariableText, { quoted, everywhere } = { quoted: false, everywhere: false }): string {
    let escapes = quoted && everywhere;
    const parts = text.map((part) => {
      if (typeof part === 'string') {
        escapes ||= quoted && part.includes('?');
        return part;
      }
      if (!/^[1-9]$/.test(part.variable)) return part;
      const group = this.#groups[Number(part.variable)] ?? '';
      return escapes ? escapeArgument(group) : group;
    });
    return expandVariables(parts, this.#source);
  }

  /** A path gets the scheme and host of the request, without a port (`port_in_redirect off`). */
  #absolute(location: string): string {
    const { request, host } = this.#source;
    if (!location.startsWith('/')) return location;
    return `${request.secure ? 'https' : 'http'}://${canonicalHost(request.host) ?? serverNameOf(host)}${location}`;
  }
}

/** As `NGX_ESCAPE_ARGS`. */
function escapeArgument(text: string): string {
  return text.replace(/[^\x21-\x7e]|[#%&+?]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

/** Path and query (with its question mark) of a replacement. */
function cut(text: string): readonly [path: string, query: string] {
  const mark = text.indexOf('?');
  return mark < 0 ? [text, ''] : [text.slice(0, mark), text.slice(mark)];
}
