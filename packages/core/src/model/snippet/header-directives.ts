import { isFramingHeader } from '../../evaluate/header-edit.ts';
import type { HeaderTemplate, SnippetStep } from '../policy/snippet.ts';
import type { Directive } from './directive.ts';
import { noted, readText, refused, steps } from './reading.ts';
import type { StepResult } from './reading.ts';

/** The statuses of answers that `add_header` changes without `always` (ngx_http_headers_module). */
const USUAL_STATUSES = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308];

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

type HeaderKind = 'response-header' | 'request-header';

type Read = (directive: Directive) => StepResult;

/** Directives that change header lines, by name. */
export const headerDirectives: Readonly<Record<string, Read>> = {
  add_header: addHeader,
  more_set_headers: ({ args }) => moreHeaders(args, 'response-header'),
  more_clear_headers: ({ args }) => moreHeaders(args.map(withColon), 'response-header'),
  more_set_input_headers: ({ args }) => moreHeaders(args, 'request-header'),
  more_clear_input_headers: ({ args }) => moreHeaders(args.map(withColon), 'request-header'),
  proxy_set_header: proxySetHeader,
  proxy_hide_header: ({ args: [name, ...rest] }) =>
    name === undefined || rest.length > 0 ? refused('it takes a name') : headerStep('response-header', { op: 'remove', name, value: '' }),
};

function addHeader({ args: [name, value, always, ...rest] }: Directive): StepResult {
  if (name === undefined || value === undefined || rest.length > 0 || (always !== undefined && always !== 'always'))
    return refused('it takes a name, a value and the word always');
  return headerStep('response-header', { op: 'add', name, value, ...(always === undefined && { statuses: USUAL_STATUSES }) });
}

function proxySetHeader({ args: [name, value, ...rest] }: Directive): StepResult {
  if (name === undefined || value === undefined || rest.length > 0) return refused('it takes a name and a value');
  if (/^(?:connection|upgrade)$/i.test(name))
    return noted(`the header ${name} belongs to the connection: protocols are switched without it`);
  return headerStep('request-header', { op: value === '' ? 'remove' : 'set', name, value });
}

/** `-s STATUSES`, then any number of `Name: value`; without a value the header is removed (headers-more-nginx-module). */
function moreHeaders(args: readonly string[], kind: HeaderKind): StepResult {
  const option = args.find((arg) => arg.startsWith('-') && !isStatusOption(arg));
  if (option !== undefined) return refused(`the option ${option.replace(/:$/, '')} is not supported`);
  const at = args.findIndex(isStatusOption);
  if (at < 0) return moreHeaderSteps(args, kind, undefined);
  const statuses = readStatuses(args[at + 1] ?? '');
  if (statuses === undefined || kind === 'request-header') return refused('-s must be followed by statuses');
  return moreHeaderSteps(args.toSpliced(at, 2), kind, statuses);
}

function isStatusOption(arg: string): boolean {
  return arg === '-s' || arg === '-s:';
}

function moreHeaderSteps(args: readonly string[], kind: HeaderKind, statuses: readonly number[] | undefined): StepResult {
  const made: SnippetStep[] = [];
  for (const arg of args) {
    const step = moreHeader(arg, kind, statuses);
    if (step.kind !== 'steps') return step;
    made.push(...step.steps);
  }
  return made.length === 0 ? refused('it takes headers') : steps(...made);
}

function moreHeader(arg: string, kind: HeaderKind, statuses: readonly number[] | undefined): StepResult {
  const colon = arg.indexOf(':');
  const name = (colon < 0 ? arg : arg.slice(0, colon)).trim();
  const value = colon < 0 ? '' : arg.slice(colon + 1).trim();
  return headerStep(kind, { op: value === '' ? 'remove' : 'set', name, value, ...(statuses && { statuses }) });
}

/** The options of `more_clear_headers` are no names; statuses are. */
function withColon(arg: string, index: number, args: readonly string[]): string {
  return arg.startsWith('-') || args[index - 1] === '-s' ? arg : `${arg}:`;
}

function readStatuses(text: string): readonly number[] | undefined {
  const statuses = text.split(/[\s,]+/).filter((word) => word !== '');
  return statuses.length > 0 && statuses.every((word) => /^\d{3}$/.test(word)) ? statuses.map(Number) : undefined;
}

function headerStep(kind: HeaderKind, edit: Omit<HeaderTemplate, 'value'> & { readonly value: string }): StepResult {
  const { name } = edit;
  if (!NAME.test(name)) return refused(`${JSON.stringify(name.slice(0, 60))} is no header name`);
  if (isFramingHeader(name)) return refused(`the header ${name} belongs to the connection`);
  const value = readText(edit.value);
  return typeof value === 'string' ? refused(value) : steps({ kind, edit: { ...edit, value } });
}
