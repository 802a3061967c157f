import { isFramingHeader } from '../../evaluate/header-edit.ts';
import type { HeaderTemplate, SnippetStep } from '../policy/snippet.ts';
import type { Directive } from './directive.ts';
import { noted, readText, refused, steps } from './reading.ts';
import type { StepResult } from './reading.ts';

/** The statuses of answers that `add_header` changes without `always` (ngx_http_headers_module). */
const USUAL_STATUSES = [200, 201, 204, 206, 301, 302, 303, 304, 307, 308];

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

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
function moreHeaders(args: readonly string[], kind: 'response-header' | 'request-header'): StepResult {
  const made: SnippetStep[] = [];
  let statuses: readonly number[] | undefined;
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? '';
    if (arg === '-s' || arg === '-s:') {
      statuses = readStatuses(args[++at] ?? '');
      if (statuses === undefined || kind === 'request-header') return refused('-s must be followed by statuses');
    } else if (arg.startsWith('-')) {
      return refused(`the option ${arg.replace(/:$/, '')} is not supported`);
    } else {
      const step = moreHeader(arg, kind, statuses);
      if (step.kind !== 'steps') return step;
      made.push(...step.steps);
    }
  }
  return made.length === 0 ? refused('it takes headers') : steps(...made);
}

function moreHeader(arg: string, kind: 'response-header' | 'request-header', statuses: readonly number[] | undefined): StepResult {
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

function headerStep(
  kind: 'response-header' | 'request-header',
  edit: Omit<HeaderTemplate, 'value'> & { readonly value: string },
): StepResult {
  const { name } = edit;
  if (!NAME.test(name)) return refused(`${JSON.stringify(name.slice(0, 60))} is no header name`);
  if (isFramingHeader(name)) return refused(`the header ${name} belongs to the connection`);
  const value = readText(edit.value);
  return typeof value === 'string' ? refused(value) : steps({ kind, edit: { ...edit, value } });
}
