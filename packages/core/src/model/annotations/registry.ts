import type { AnnotationFacts, AnyAnnotation, Risk } from './annotation.ts';
import type { AnnotationGroup } from './contribution.ts';
import { authKeepaliveGroup } from './auth-keepalive.ts';
import { basicAuthGroup } from './basic-auth.ts';
import { bodySizeGroup } from './body-size.ts';
import { clientAuthGroup } from './client-auth.ts';
import { corsGroup } from './cors.ts';
import { customHeadersGroup } from './custom-headers.ts';
import { responseRewritesGroup } from './response-rewrites.ts';
import { upstreamHeadersGroup } from './upstream-headers.ts';
import { externalAuthGroup } from './external-auth.ts';
import { limitGroup } from './limit.ts';
import { errorPagesGroup } from './error-pages.ts';
import { accessLogGroup } from './access-log.ts';
import { bufferingGroup } from './buffering.ts';
import { redirectStyleGroup } from './redirect-style.ts';
import { mirrorGroup } from './mirror.ts';
import { redirectGroup } from './redirect.ts';
import { rewriteGroup } from './rewrite.ts';
import { satisfyGroup } from './satisfy.ts';
import { snippetsGroup } from './snippets.ts';
import { sourceRangeGroup } from './source-range.ts';
import { sslRedirectGroup } from './ssl-redirect.ts';
import { backendProtocolGroup } from './backend-protocol.ts';
import { canaryGroup } from './canary.ts';
import { loadBalanceGroup } from './load-balance.ts';
import { proxySslGroup } from './proxy-ssl.ts';
import { proxyTimeoutsGroup } from './proxy-timeouts.ts';
import { serverPushGroup } from './server-push.ts';
import { sessionAffinityGroup } from './session-affinity.ts';
import { unsupportedAnnotations } from './unsupported.ts';
import { virtualHostGroup } from './virtual-host.ts';

export { unsupportedAnnotations };

/** Every group of implemented annotations. Adding an annotation is adding an entry to one of them. */
export const annotationGroups: readonly AnnotationGroup[] = [
  accessLogGroup,
  bufferingGroup,
  redirectStyleGroup,
  backendProtocolGroup,
  authKeepaliveGroup,
  basicAuthGroup,
  bodySizeGroup,
  canaryGroup,
  clientAuthGroup,
  corsGroup,
  customHeadersGroup,
  errorPagesGroup,
  externalAuthGroup,
  limitGroup,
  loadBalanceGroup,
  mirrorGroup,
  proxySslGroup,
  proxyTimeoutsGroup,
  redirectGroup,
  responseRewritesGroup,
  rewriteGroup,
  satisfyGroup,
  serverPushGroup,
  sessionAffinityGroup,
  snippetsGroup,
  sourceRangeGroup,
  sslRedirectGroup,
  upstreamHeadersGroup,
  virtualHostGroup,
];

/** An annotation and the group that it belongs to. */
export interface ImplementedAnnotation {
  readonly annotation: AnyAnnotation;
  readonly group: AnnotationGroup;
}

const implemented: ReadonlyMap<string, ImplementedAnnotation> = new Map(
  annotationGroups.flatMap((group) => group.annotations.map((annotation) => [annotation.key, { annotation, group }] as const)),
);

const unsupported: ReadonlyMap<string, AnnotationFacts> = new Map(unsupportedAnnotations.map((facts) => [facts.key, facts]));

/** The implemented annotation with this name (without prefix). */
export function findAnnotation(key: string): ImplementedAnnotation | undefined {
  return implemented.get(key);
}

/** An annotation that ingress-nginx has and that has no effect here. */
export function findUnsupported(key: string): AnnotationFacts | undefined {
  return unsupported.get(key);
}

/** How much an annotation can break, as ingress-nginx ranks it; undefined for names that it does not have. */
export function riskOf(key: string): Risk | undefined {
  return implemented.get(key)?.annotation.risk ?? unsupported.get(key)?.risk;
}

/** Names of all annotations that ingress-nginx has. */
export const annotationNames: readonly string[] = [...implemented.keys(), ...unsupported.keys()];
