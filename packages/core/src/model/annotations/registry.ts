import type { AnnotationFacts, AnyAnnotation } from './annotation.ts';
import type { AnnotationGroup } from './contribution.ts';
import { bodySizeGroup } from './body-size.ts';
import { redirectGroup } from './redirect.ts';
import { rewriteGroup } from './rewrite.ts';
import { sslRedirectGroup } from './ssl-redirect.ts';
import { unsupportedAnnotations } from './unsupported.ts';
import { virtualHostGroup } from './virtual-host.ts';

export { unsupportedAnnotations };

/** Every group of implemented annotations. Adding an annotation is adding an entry to one of them. */
export const annotationGroups: readonly AnnotationGroup[] = [bodySizeGroup, redirectGroup, rewriteGroup, sslRedirectGroup, virtualHostGroup];

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

/** Whether ingress-nginx has an annotation that is not implemented here. */
export function isUnsupported(key: string): boolean {
  return unsupported.has(key);
}

/** Names of all annotations that ingress-nginx has. */
export const annotationNames: readonly string[] = [...implemented.keys(), ...unsupported.keys()];
