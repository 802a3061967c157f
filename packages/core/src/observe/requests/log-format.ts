import { parseVariableText } from '../../model/variable-text.ts';
import type { VariableText } from '../../model/variable-text.ts';
import { headerOfVariable, isLogVariable, isPlainVariable, logVariable } from './log-variables.ts';
import type { LogVariable } from './log-variables.ts';
import type { RequestRecord } from './request-record.ts';

/**
 * How values are written (nginx `log_format escape=`): `default` writes quotes, backslashes, controls and what is not ASCII as `\xXX`, and `-` for
 * what there is not; `json` as in JSON texts; `none` as it is.
 */
export type LogEscape = 'default' | 'json' | 'none';

/** How a line of the access log looks. */
export interface LogFormat {
  readonly text: VariableText;
  readonly escape: LogEscape;
}

/** A format as it is written, and the variables in it that nothing is known of. */
export function parseLogFormat(written: string, escape: LogEscape): { readonly format: LogFormat; readonly unknown: readonly string[] } {
  const text = parseVariableText(written).parts;
  const names = text.flatMap((part) => (typeof part === 'string' ? [] : part.variable));
  return { format: { text, escape }, unknown: names.filter((name) => !isLogVariable(name)) };
}

/** How ingress-nginx writes lines (`log-format-upstream`). */
export const standardLogText =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent" $request_length $request_time [$proxy_upstream_name] [$proxy_alternative_upstream_name] $upstream_addr $upstream_response_length $upstream_response_time $upstream_status $req_id';

export const standardLogFormat: LogFormat = parseLogFormat(standardLogText, 'default').format;

/** A format that is ready for requests. */
export interface LogLine {
  /** Names in lower case of the request headers that it needs. */
  readonly headers: readonly string[];
  /** It has the name of the user. */
  readonly user: boolean;
  /** The line with its end, a binary string. */
  write(record: RequestRecord): string;
}

const ESCAPES: Readonly<Record<LogEscape, (value: string | undefined) => string>> = {
  default: escapeDefault,
  json: escapeJson,
  none: (value) => value ?? '',
};

/** Variables that nothing is known of are written as those that have no value. */
export function compileLogFormat({ text, escape }: LogFormat): LogLine {
  const escaped = ESCAPES[escape];
  const missing = escaped(undefined);
  const pieces = text.map((part): string | ((record: RequestRecord) => string) => {
    if (typeof part === 'string') return part;
    const value: LogVariable = logVariable(part.variable) ?? (() => undefined);
    return isPlainVariable(part.variable) ? (record) => value(record) ?? missing : (record) => escaped(value(record));
  });
  const headers = text.flatMap((part) => (typeof part === 'string' ? [] : (headerOfVariable(part.variable) ?? [])));
  return {
    headers: [...new Set(headers)],
    user: text.some((part) => typeof part !== 'string' && part.variable === 'remote_user'),
    write: (record) => {
      let line = '';
      for (const piece of pieces) line += typeof piece === 'string' ? piece : piece(record);
      return `${line}\n`;
    },
  };
}

/** The regular expression is several times faster than looking at each character of the usual harmless text. */
function escapeDefault(value: string | undefined): string {
  if (value === undefined) return '-';
  if (/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(value)) return value;
  return value.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/g, (char) => `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

const SHORT: Readonly<Record<string, string>> = {
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
  '"': '\\"',
  '\\': '\\\\',
};

/** As nginx: bytes beyond ASCII stay. */
function escapeJson(value: string | undefined): string {
  if (value === undefined) return '';
  // eslint-disable-next-line no-control-regex -- control characters are what this looks for
  return value.replace(/[\x00-\x1f"\\]/g, (char) => SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`);
}
