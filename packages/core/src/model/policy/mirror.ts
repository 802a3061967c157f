import type { Origin } from '../origin.ts';
import type { VariableText } from '../variable-text.ts';

/** Requests that are forwarded are sent to another place too, whose answers are thrown away (annotation `mirror-target`). */
export interface MirrorPolicy {
  readonly kind: 'mirror';
  /** An http or https URL; one without a path gets the target of the request. */
  readonly target: VariableText;
  /** Host header; that of the URL when absent. */
  readonly host?: VariableText;
  /** Whether the body is sent too. */
  readonly body: boolean;
  readonly from: Origin;
}
