import type { AnnotationFacts, InvalidOutcome, Parsed } from './annotation.ts';
import { bool, matching, text } from './value-parsers.ts';

const known = (key: string, risk: AnnotationFacts['risk'], values: string, effect: string): AnnotationFacts => ({
  key,
  risk,
  values,
  effect,
  standard: '',
});

/** One with values that ingress-nginx refuses: what follows from them follows here too. */
const checked = (
  facts: AnnotationFacts,
  parse: (value: string) => Parsed<unknown>,
  onInvalid: InvalidOutcome = 'reject',
): AnnotationFacts => ({
  ...facts,
  check: { parse, onInvalid },
});

const word = matching(/^[A-Za-z0-9\-_]*$/, 'letters, digits, - and _');
const fileName = matching(/^[A-Za-z0-9.\-_]*$/, 'letters, digits, . - and _');
const ciphers = matching(
  /^[A-Za-z0-9!:+\-_]*(?:@(?:STRENGTH|SECLEVEL=[0-5]))?[A-Za-z0-9!:+\-_]*$/,
  'the characters of an OpenSSL cipher list',
);

/** Annotations of ingress-nginx that are known and have no effect here: each use is reported. */
export const unsupportedAnnotations: readonly AnnotationFacts[] = [
  known('enable-modsecurity', 'Low', 'true or false', 'Turns the web application firewall on or off.'),
  known('enable-opentelemetry', 'Low', 'true or false', 'Turns tracing of the proxy on or off.'),
  known('enable-owasp-core-rules', 'Low', 'true or false', 'Adds the OWASP rules to the web application firewall.'),
  known('enable-rewrite-log', 'Low', 'true or false', 'Logs each rewriting step.'),
  checked(known('fastcgi-index', 'Medium', 'a text', 'Index file of a FastCGI backend.'), fileName),
  checked(known('fastcgi-params-configmap', 'Medium', 'namespace/name of a ConfigMap', 'Parameters for a FastCGI backend.'), text.basic),
  known('limit-rate', 'Low', 'a whole number', 'Bandwidth of each response.'),
  known('limit-rate-after', 'Low', 'a whole number', 'Size from which the bandwidth is limited.'),
  known('modsecurity-snippet', 'Critical', 'nginx directives', 'Rules for the web application firewall.'),
  known('modsecurity-transaction-id', 'High', 'a text', 'Transaction id for the web application firewall.'),
  checked(known('opentelemetry-operation-name', 'Medium', 'a text', 'Name of the proxy spans.'), word),
  known('opentelemetry-trust-incoming-span', 'Low', 'true or false', 'Whether the trace of the client goes on.'),
  checked(known('ssl-ciphers', 'Low', 'a text', 'TLS ciphers of the host.'), ciphers),
  checked(known('ssl-passthrough', 'Low', 'true or false', 'Hands TLS connections on without opening them.'), bool),
  known('ssl-prefer-server-ciphers', 'Low', 'true or false', 'Whether the order of the server decides the cipher.'),
];
