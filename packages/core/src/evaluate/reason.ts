import type { Origin } from '../model/origin.ts';

/** One step of a decision, in words, with the object that caused it. */
export interface Reason {
  readonly step: 'listener' | 'host' | 'path' | 'route' | 'policy' | 'upstream' | 'answer';
  readonly text: string;
  readonly from?: Origin;
}

/** Takes down reasons; undefined where nobody asks for them, so that serving costs nothing for it. */
export type Narrator = ((reason: Reason) => void) | undefined;
