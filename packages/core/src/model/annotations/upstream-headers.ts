import { parseVariableText } from '../variable-text.ts';
import type { VariableText } from '../variable-text.ts';
import { annotation } from './annotation.ts';
import type { Parsed } from './annotation.ts';
import type { AnnotationGroup } from './contribution.ts';
import { oneOf, text } from './value-parsers.ts';

const upstreamVhost = annotation({
  key: 'upstream-vhost',
  risk: 'Low',
  values: 'a host name; nginx variables are filled in',
  effect: 'Host header that the backend gets.',
  standard: 'the Host header of the client',
  target: 'Route.policies: upstream-host',
  onInvalid: 'reject',
  parse: (value): Parsed<VariableText> => {
    const checked = text.pattern(value);
    if (!checked.ok) return checked;
    const { parts, unknown } = parseVariableText(value);
    return unknown === undefined ? { ok: true, value: parts } : { ok: false, reason: `the variable $${unknown} is not known` };
  },
  policy: (host, from) => ({ kind: 'upstream-host', host, from }),
});

const connectionHeader = annotation<'close' | 'keep-alive'>({
  key: 'connection-proxy-header',
  risk: 'Low',
  values: 'close or keep-alive',
  effect: 'Connection header that the backend gets; with it protocols are not switched, so that WebSockets do not work.',
  standard: 'upgrade where the client asks for it, otherwise none',
  target: 'Route.policies: upstream-connection',
  onInvalid: 'reject',
  parse: oneOf(['close', 'keep-alive']),
  policy: (value, from) => ({ kind: 'upstream-connection', value, from }),
});

/** Headers of requests to backends. */
export const upstreamHeadersGroup: AnnotationGroup = { name: 'upstream-headers', annotations: [upstreamVhost, connectionHeader] };
