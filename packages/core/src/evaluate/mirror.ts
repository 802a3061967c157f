import { policyOf } from '../model/policy/policy.ts';
import { escapeControls } from './escape-controls.ts';
import { expandVariables } from './expand-variables.ts';
import { normalizePath, splitTarget } from './normalize-path.ts';
import type { Narrator } from './reason.ts';
import type { RoutedRequest } from './request.ts';
import type { ForwardVerdict } from './verdict.ts';

/** Where a copy of a request goes. */
export interface MirrorDestination {
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  /** Path and query string, without blanks and control characters. */
  readonly target: string;
  /** Host header. */
  readonly host: string;
  readonly withBody: boolean;
}

const USUAL_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443 };

const URL_PARTS = /^(https?):\/\/((?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?)(\/[^]*)?$/;

/** Where a copy of a forwarded request goes; undefined without a mirror, and when its variables do not make a URL. */
export function mirrorOf({ route, host, upstream, errorPage }: ForwardVerdict, request: RoutedRequest): MirrorDestination | undefined {
  const policy = errorPage === undefined ? policyOf(route, 'mirror') : undefined;
  if (policy === undefined) return undefined;
  const source = { request, route, host, upstream, path: pathOf(request), requestId: request.requestId };
  const [, scheme, authority = '', port, written] = URL_PARTS.exec(expandVariables(policy.target, source)) ?? [];
  if (scheme === undefined) return undefined;
  const secure = scheme === 'https';
  return {
    secure,
    hostname: authority.replace(/:\d+$/, '').replace(/^\[|\]$/g, ''),
    port: Number(port ?? USUAL_PORTS[scheme]),
    target: escapeControls(written ?? request.target),
    host: escapeControls(policy.host === undefined ? authority : expandVariables(policy.host, source)),
    withBody: policy.body,
  };
}

function pathOf({ target }: RoutedRequest): string {
  return normalizePath(splitTarget(target).path) ?? '/';
}

/** Tells where a copy goes. */
export function tellMirror(verdict: ForwardVerdict, request: RoutedRequest, tell: Narrator): void {
  const policy = policyOf(verdict.route, 'mirror');
  if (tell === undefined || policy === undefined || verdict.errorPage !== undefined) return;
  const to = mirrorOf(verdict, request);
  const text =
    to === undefined
      ? 'no copy is sent: the target is not a URL'
      : `a copy goes to ${to.secure ? 'https' : 'http'}://${to.host}${to.target}`;
  tell({ step: 'policy', text, from: policy.from });
}
