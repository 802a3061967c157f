/** A text with nginx variables, taken apart: literal pieces and names of variables, such as `request_uri`. */
export type VariableText = readonly (string | { readonly variable: string })[];

const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/** Variables by name, besides `http_NAME`, `arg_NAME`, `cookie_NAME` and the groups `1` to `9`. */
const NAMES: ReadonlySet<string> = new Set([
  'args',
  'best_http_host',
  'binary_remote_addr',
  'content_length',
  'content_type',
  'document_uri',
  'escaped_request_uri',
  'host',
  'http_host',
  'ingress_name',
  'is_args',
  'namespace',
  'pass_access_scheme',
  'proxy_add_x_forwarded_for',
  'proxy_host',
  'proxy_upstream_name',
  'query_string',
  'remote_addr',
  'req_id',
  'request_id',
  'request_method',
  'request_uri',
  'scheme',
  'server_name',
  'server_port',
  'service_name',
  'service_port',
  'the_real_ip',
  'uri',
]);

/** Takes a text apart; `unknown` is the first variable that nothing is known of. */
export function parseVariableText(text: string): { readonly parts: VariableText; readonly unknown: string | undefined } {
  const parts: (string | { readonly variable: string })[] = [];
  let unknown: string | undefined;
  let copied = 0;
  for (const match of text.matchAll(VARIABLE)) {
    const variable = match[1] ?? match[2] ?? '';
    if (match.index > copied) parts.push(text.slice(copied, match.index));
    parts.push({ variable });
    copied = match.index + match[0].length;
    if (!isKnownVariable(variable)) unknown ??= variable;
  }
  if (copied < text.length) parts.push(text.slice(copied));
  return { parts, unknown };
}

/** Whether something is known of a variable, with or without a value in a request. */
export function isKnownVariable(variable: string): boolean {
  return NAMES.has(variable) || /^(?:http|arg|cookie)_\w+$/.test(variable) || /^[1-9]$/.test(variable);
}
