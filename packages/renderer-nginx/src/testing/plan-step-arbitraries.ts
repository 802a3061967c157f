import fc from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { HeaderTemplate, SnippetCondition, SnippetStep, VariableText } from '@sluice/core';

const VARIABLES = [
  'args', 'best_http_host', 'binary_remote_addr', 'content_length', 'content_type', 'document_uri', 'escaped_request_uri', 'host',
  'http_host', 'ingress_name', 'is_args', 'namespace', 'pass_access_scheme', 'proxy_add_x_forwarded_for', 'proxy_host',
  'proxy_upstream_name', 'query_string', 'remote_addr', 'req_id', 'request_id', 'request_method', 'request_uri', 'scheme', 'server_name',
  'server_port', 'service_name', 'service_port', 'the_real_ip', 'uri', 'http_x_a', 'http_cookie', 'http_origin', 'arg_q', 'arg_Q',
  'cookie_c', 'cookie_d', '1', '1', '2', '3',
]; // prettier-ignore

const LITERALS = [
  'a',
  '/',
  '/x',
  '$',
  '"',
  "'",
  '\\',
  '%',
  '%41',
  '%2f',
  '?',
  '?a=b',
  '&',
  '#',
  '+',
  ';',
  '{',
  '}',
  ' ',
  ' y',
  '\xc3\xa9',
  '\xff',
  '*',
  '<',
  '^',
];

const variable = fc.constantFrom(...VARIABLES);
const part = fc.oneof(
  fc.constantFrom(...LITERALS),
  variable.map((name) => ({ variable: name })),
);
const text: Arbitrary<VariableText> = fc.array(part, { maxLength: 5 });
const pathText: Arbitrary<VariableText> = text.map((parts) => ['/', ...parts]);

const PATTERNS = [
  '^/(.*)$', '^/a/(.*)$', '(?i)^/A/?(.*)', '^/([^/]+)/(.*)$', '(\u00e9)', '^/x|(b)', '/(?<n>b)(c)?', '(\\d+)', '^', '(a|b)+c', '\\.php$',
  '(.)(.)$', '^/(a*)*b', '[[:upper:]]+', '[^\\x00-\\x7f]', '^http', '', '0',
]; // prettier-ignore
/** Patterns that core compiles. */
export const pattern = fc.constantFrom(...PATTERNS);

/** Headers of answers. */
export const NAMES = [
  'X-A',
  'X-B',
  'x-a',
  'X-Up',
  'X-Other',
  'Content-Type',
  'Set-Cookie',
  'Cache-Control',
  'ETag',
  'X_Under',
  'Last-Modified',
  'Date',
  'Server',
  'Location',
  'Link',
  'Strict-Transport-Security',
];
const ASKED_NAMES = [
  'X-A',
  'x-a',
  'X-In',
  'Host',
  'User-Agent',
  'X-Real-IP',
  'Authorization',
  'Cookie',
  'X-Forwarded-Prefix',
  'Accept',
  'Expect',
];
const WILD = ['S*', 'X-*', 'X-U*', 'C*', 'D*', '*'];

const statuses = fc.option(fc.constantFrom([200, 204, 301], [404], [403, 500, 503], [200]), { nil: undefined });

function edit(names: readonly string[], wild: readonly string[], ops: readonly HeaderTemplate['op'][]): Arbitrary<HeaderTemplate> {
  const plain = fc
    .record({ op: fc.constantFrom(...ops), name: fc.constantFrom(...names), value: text, statuses })
    .map(({ op, name, value, statuses: only }): HeaderTemplate => ({
      op,
      name,
      value: op === 'remove' ? [] : value,
      ...(only && { statuses: only }),
    }));
  const all = fc.constantFrom(...wild).map((name): HeaderTemplate => ({ op: 'remove', name, value: [] }));
  return fc.oneof({ weight: 6, arbitrary: plain }, { weight: 1, arbitrary: all });
}

/** A change of header lines. */
export const headerStep: Arbitrary<SnippetStep> = fc.oneof(
  edit(NAMES, WILD, ['set', 'add', 'remove']).map((made) => ({ kind: 'response-header' as const, edit: made })),
  edit(ASKED_NAMES, ['X-*', 'X-F*', 'A*'], ['set', 'set', 'remove', 'add']).map(({ statuses: _, ...made }) => ({
    kind: 'request-header' as const,
    edit: made,
  })),
);

const condition: Arbitrary<SnippetCondition> = fc.record({
  variable,
  negated: fc.boolean(),
  test: fc.oneof(
    fc.constant({ kind: 'set' as const }),
    fc.constantFrom('', 'GET', 'http', '1', 'v', '\xc3\xa9').map((equal) => ({ kind: 'equals' as const, text: equal })),
    fc.record({ kind: fc.constant('matches' as const), pattern, ignoreCase: fc.boolean() }),
  ),
});

const answering: Arbitrary<SnippetStep> = fc.oneof(
  fc
    .record({
      status: fc.constantFrom(200, 201, 204, 400, 403, 404, 410, 418, 429, 444, 499, 500, 503, 599),
      text: fc.option(text, { nil: undefined }),
    })
    .map(({ status, text: body }) => ({ kind: 'return' as const, status, ...(body && { text: body }) })),
  fc.record({
    kind: fc.constant('redirect' as const),
    status: fc.constantFrom(301, 302, 303, 307, 308),
    to: fc.oneof(
      pathText,
      text.map((parts) => ['https://o.test', ...parts]),
    ),
  }),
);

const rewriting: Arbitrary<SnippetStep> = fc
  .record({ pattern, to: pathText, keepQuery: fc.boolean(), last: fc.boolean(), redirect: fc.constantFrom(undefined, undefined, 301, 302) })
  .map(({ redirect, ...step }) => ({ kind: 'rewrite' as const, ...step, ...(redirect && { redirect }) }));

const flow = fc.oneof(
  { weight: 1, arbitrary: answering },
  { weight: 3, arbitrary: rewriting },
  { weight: 1, arbitrary: fc.constant<SnippetStep>({ kind: 'break' }) },
);

const conditional: Arbitrary<SnippetStep> = fc
  .record({ condition, steps: fc.array(fc.oneof(headerStep, flow), { maxLength: 3 }) })
  .map((made) => ({ kind: 'if' as const, ...made }));

/** Steps of a snippet; most go on to the route. */
export const steps: Arbitrary<readonly SnippetStep[]> = fc.array(
  fc.oneof({ weight: 4, arbitrary: headerStep }, { weight: 3, arbitrary: conditional }, { weight: 1, arbitrary: flow }),
  { maxLength: 5 },
);
