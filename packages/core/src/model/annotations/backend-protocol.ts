import { diagnose } from '../../observe/diagnostic.ts';
import type { Origin } from '../origin.ts';
import type { Policy } from '../policy/policy.ts';
import { annotation } from './annotation.ts';
import type { AnnotationGroup, Contribution } from './contribution.ts';
import type { IngressSettings } from './ingress-settings.ts';
import { oneOf } from './value-parsers.ts';

const backendProtocol = annotation({
  key: 'backend-protocol',
  risk: 'Low',
  values: 'HTTP | HTTPS | AUTO_HTTP (case-insensitive)',
  effect:
    'Speaks TLS to the endpoints (HTTPS), or does so when the client came with TLS (AUTO_HTTP). Paths with GRPC, GRPCS or FCGI answer 503.',
  standard: 'HTTP',
  target: 'Route.policies: backend-protocol',
  onInvalid: 'fallback',
  parse: (value) => oneOf(['HTTP', 'HTTPS', 'AUTO_HTTP', 'GRPC', 'GRPCS', 'FCGI'])(value.toUpperCase()),
});

const httpVersion = annotation({
  key: 'proxy-http-version',
  risk: 'Low',
  values: '1.0 | 1.1',
  effect: 'HTTP version spoken to endpoints; requests with a chunked body and upgrades stay at 1.1.',
  standard: '1.1',
  target: 'Route.policies: upstream-http-version',
  onInvalid: 'fallback',
  parse: oneOf(['1.0', '1.1']),
});

/** What is spoken to endpoints. */
export const backendProtocolGroup: AnnotationGroup = {
  name: 'backend-protocol',
  annotations: [backendProtocol, httpVersion],
  contribute,
};

function contribute(settings: IngressSettings): Contribution {
  const version: Policy[] = settings.get(httpVersion) === '1.0' ? [http10(settings.from(httpVersion))] : [];
  const from = settings.from(backendProtocol);
  switch (settings.get(backendProtocol)) {
    case 'HTTPS':
      return { policies: [...version, { kind: 'backend-protocol', protocol: 'https', from }] };
    case 'AUTO_HTTP':
      return { policies: [...version, { kind: 'backend-protocol', protocol: 'as-client', from }] };
    case 'GRPC':
    case 'GRPCS':
    case 'FCGI':
      return refused(`backends that speak ${settings.get(backendProtocol)} are not supported`, from);
    default:
      return { policies: version };
  }
}

function http10(from: Origin): Policy {
  return { kind: 'upstream-http-version', version: '1.0', from };
}

/** Plain HTTP to such a backend would be wrong without anybody noticing. */
function refused(because: string, from: Origin): Contribution {
  return { denied: { because, from }, diagnostics: [diagnose('SLU1506', from, `${because}: the paths of the Ingress answer 503`)] };
}
