import type { Policy } from '../policy/policy.ts';
import type { Origin } from '../origin.ts';

/** What happens to an Ingress with a value that does not parse, as ingress-nginx does it. */
export type InvalidOutcome =
  /** The whole Ingress is not served. */
  | 'reject'
  /** The paths of the Ingress answer 503. */
  | 'deny'
  /** The annotation counts as absent. */
  | 'fallback'
  /** All annotations of its group count as absent. */
  | 'drop-group';

/** From the least to the most that an annotation can break. */
export const risks = ['Low', 'Medium', 'High', 'Critical'] as const;

export type Risk = (typeof risks)[number];

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  /** `reason` completes "the value is invalid: ..."; `outcome` where it differs from the annotation's usual one. */
  | { readonly ok: false; readonly reason: string; readonly outcome?: InvalidOutcome };

/** What documentation needs to know of an annotation. */
export interface AnnotationFacts {
  /** Name without prefix, such as `rewrite-target`. */
  readonly key: string;
  readonly risk: Risk;
  /** Shape of the value, in words. */
  readonly values: string;
  /** What it does, one sentence. */
  readonly effect: string;
  /** What holds without it, in words. */
  readonly standard: string;
  /** The annotation that this one is an older name of; that one wins when both are set. */
  readonly aliasOf?: string;
  /** For annotations without effect: values that make ingress-nginx refuse the Ingress. */
  readonly check?: { readonly parse: (text: string) => Parsed<unknown>; readonly onInvalid: InvalidOutcome };
}

/** An annotation that is implemented. */
export interface Annotation<Value> extends AnnotationFacts {
  readonly onInvalid: InvalidOutcome;
  /** Pure. Gets the value with each line trimmed. */
  readonly parse: (text: string) => Parsed<Value>;
  /** A blank value means something; usually it counts as absent. */
  readonly readsBlank?: boolean;
  /** Where it ends up in the routing model, such as `VirtualHost.appRoot`. */
  readonly target: string;
  /** For an annotation that means one policy on every path of its Ingress and needs no other annotation. */
  readonly policy?: (value: Value, from: Origin) => Policy;
}

/** An implemented annotation whose value type does not matter. */
export type AnyAnnotation = AnnotationFacts & {
  readonly onInvalid: InvalidOutcome;
  readonly target: string;
  readonly readsBlank?: boolean;
  readonly parse: (text: string) => Parsed<unknown>;
  readonly policyFor: (text: string, from: Origin) => Policy | undefined;
};

/** Defines an annotation; the value's type stays known to `IngressSettings.get`. */
export function annotation<Value>(definition: Annotation<Value>): Annotation<Value> & AnyAnnotation {
  const { parse, policy } = definition;
  return Object.freeze({
    ...definition,
    policyFor: (text: string, from: Origin) => {
      const parsed = parse(text);
      return parsed.ok ? policy?.(parsed.value, from) : undefined;
    },
  });
}
