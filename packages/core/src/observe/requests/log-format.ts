import { parseVariableText } from '../../model/variable-text.ts';
import type { VariableText } from '../../model/variable-text.ts';
import { headerOfVariable, isLogVariable, isPlainVariable, logVariable } from './log-variables.ts';
import type { RequestRecord } from './request-record.ts';
import { binaryText } from '../../binary-text.ts';

/**
 * How values are written (nginx `log_format escape=`): `default` writes quotes, backslashes, controls and what is not ASCII as `\xXX`, and `-` for
 * what there is not; `json` as in JSON texts; `none` as it is.
 */
export type LogEscape = 'default' | 'json' | 'none';

/** How a line of the access log looks. */
export interface LogFormat {
  /** Its texts are binary strings. */
  readonly text: VariableText;
  readonly escape: LogEscape;
}

/** A format as it is written, and the variables in it that nothing is known of. */
export function parseLogFormat(written: string, escape: LogEscape): { readonly format: LogFormat; readonly unknown: readonly string[] } {
  const text = parseVariableText(binaryText(written)).parts;
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
  /**
   * Hands on the line with its end, piece by piece, as binary strings. `put` is called synchronously: who wants bytes can have them without a
   * string of the whole line in between.
   */
  write(record: RequestRecord, put: (piece: string) => void): void;
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
  const pieces = [...text, '\n'].map((part): string | ((record: RequestRecord) => string) => {
    if (typeof part === 'string') return part;
    const value = logVariable(part.variable);
    if (value === undefined) return missing;
    return isPlainVariable(part.variable) ? (record) => value(record) ?? missing : (record) => escaped(value(record));
  });
  const headers = text.flatMap((part) => (typeof part === 'string' ? [] : (headerOfVariable(part.variable) ?? [])));
  return {
    headers: [...new Set(headers)],
    user: text.some((part) => typeof part !== 'string' && part.variable === 'remote_user'),
    write: (record, put) => {
      for (const piece of pieces) put(typeof piece === 'string' ? piece : piece(record));
    },
  };
}

/** Text that needs no escapes; several times faster than looking at each character of it. */
const HARMLESS = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

function escapeDefault(value: string | undefined): string {
  if (value === undefined) return '-';
  if (HARMLESS.test(value)) return value;
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
