import type { DeadlineSweep } from '../deadline-sweep.ts';
import { AnswerCache } from './answer-cache.ts';
import { Authorities } from './authority.ts';
import { Limits } from './limits.ts';
import { Passwords } from './passwords.ts';

/** What the gates of all connections of one server share. */
export class GateKit {
  readonly limits = new Limits();
  readonly passwords = new Passwords();
  readonly authorities = new Authorities();
  readonly answers = new AnswerCache();

  constructor(sweep: DeadlineSweep) {
    sweep.add(this.limits);
  }

  close(): void {
    this.passwords.close();
    this.authorities.close();
  }
}
