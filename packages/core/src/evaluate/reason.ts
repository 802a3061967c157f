import type { Origin } from '../model/origin.ts';
import type { Upstream } from '../model/upstream.ts';

/** One step of a decision, in words, with the object that caused it. */
export interface Reason {
  readonly step: 'listener' | 'host' | 'path' | 'route' | 'policy' | 'upstream' | 'answer';
  readonly text: string;
  readonly from?: Origin;
  /** Present where the text tells what may still happen, and not what has been decided. */
  readonly unless?: Exception;
}

/**
 * What only shows when a request is really served: a count, a password, somebody else's answer, chance. Other outcomes are answers
 * with these statuses, and those of this upstream; neither: any outcome.
 */
export interface Exception {
  readonly step: (typeof exceptionSteps)[number];
  readonly statuses?: readonly number[];
  readonly upstream?: Upstream;
}

export const exceptionSteps = [
  'client-certificate',
  'body-limit',
  'limit',
  'basic-auth',
  'external-auth',
  'canary',
  'upstream',
  'error-pages',
] as const;

/** Takes down reasons; undefined where nobody asks for them, so that serving costs nothing for it. */
export type Narrator = ((reason: Reason) => void) | undefined;
