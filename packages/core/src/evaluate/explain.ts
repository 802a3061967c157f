import type { RoutingModel } from '../model/routing-model.ts';
import { evaluate } from './evaluate.ts';
import { explanationOf } from './explanation.ts';
import type { Explanation } from './explanation.ts';
import type { Reason } from './reason.ts';
import type { RoutedRequest } from './request.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { normalizePath, splitTarget } from './normalize-path.ts';
import { requestOf } from './request-of.ts';
import type { WrittenRequest } from './request-of.ts';

/** Methods that are never proxied: one opens tunnels, the other echoes credentials. nginx answers 405 to both. */
const REFUSED_METHODS = new Set(['TRACE', 'CONNECT']);

/**
 * What happens to a request and why, told from the model alone. Undefined when the URL is not an http or https URL.
 * Includes the refusals that come before routing.
 */
export function explain(model: RoutingModel, written: WrittenRequest): Explanation | undefined {
  const request = requestOf(written);
  if (request === undefined) return undefined;
  const refuse = (status: number, because: string): Explanation => {
    const reasons: readonly Reason[] = [listenerReason(request, undefined), { step: 'answer', text: `${status}: ${because}` }];
    return explanationOf(request, { verdict: { kind: 'respond', status, because }, reasons });
  };
  // nginx reads the path first.
  const readable = normalizePath(splitTarget(request.target).path) !== undefined;
  if (readable && REFUSED_METHODS.has(written.method ?? 'GET')) return refuse(405, `the method ${written.method} is not proxied`);
  if (request.host === '') return refuse(400, 'HTTP/1.1 requires a Host header');
  const { verdict, reasons } = evaluate(model, request);
  return explanationOf(request, { verdict, reasons: [listenerReason(request, verdict.host), ...reasons] });
}

/** How the request comes in; the name of the TLS handshake is taken to be the host. */
function listenerReason({ secure, port, httpsPort }: RoutedRequest, host: VirtualHost | undefined): Reason {
  if (!secure) return { step: 'listener', text: `http, port ${port}` };
  const { certificate, from } = host?.tls ?? {};
  const shown = certificate === undefined ? 'the default certificate' : `the certificate of Secret ${certificate}`;
  return { step: 'listener', text: `https, port ${httpsPort}: the client is shown ${shown}`, ...(from && { from }) };
}
