import { SluiceError, messageOf, NameEndpoints } from '@sluice/core';
import type { Logger, LookUp } from '@sluice/core';
import { liveEntries, namesOf } from '../render/live-entries.ts';
import type { LiveTable } from '../translate/live-table.ts';
import { askControl } from './live-control.ts';
import type { ControlAnswer } from './live-control.ts';
import { deltaOf, deltaPush, fullPush } from './live-push.ts';
import type { LiveState } from './live-push.ts';
import { StateFile } from './state-file.ts';

export interface LiveChannelOptions {
  /** Path of the control socket. */
  readonly socket: string;
  /** Path of the file that nginx loads when it starts with empty memory. */
  readonly stateFile: string;
  readonly logger: Logger;
  readonly lookUp?: LookUp;
}

/** A worker of nginx, of any generation. */
export interface LiveWorker {
  readonly pid: number;
  /** Digest of its generation. */
  readonly generation: string;
  /** False: it only finishes what it has. */
  readonly accepting: boolean;
}

interface Wanted {
  readonly table: LiveTable;
  readonly keep: LiveTable | undefined;
}

/** A full push that others were faster than is made again so often. */
const ROUNDS = 3;

/**
 * Brings tables to the shared memory of the nginx behind a control socket, one after the other. Addresses of endpoints with names
 * are kept up to date by itself. Errors are `SLU3004` for the state file, `SLU3005` when nginx does not answer, `SLU3003` when its memory
 * is too small: what was there stays.
 */
export class LiveChannel {
  readonly #socket: string;
  readonly #file: StateFile;
  readonly #logger: Logger;
  readonly #names: NameEndpoints;
  #turn: Promise<unknown> = Promise.resolve();
  #wanted: Wanted | undefined;
  /** What nginx said it has. */
  #acknowledged: LiveState | undefined;
  /** What the state file has. */
  #written: LiveState | undefined;
  /** The last push of new addresses failed. */
  #behind = false;

  constructor({ socket, stateFile, logger, lookUp }: LiveChannelOptions) {
    this.#socket = socket;
    this.#file = new StateFile(stateFile);
    this.#logger = logger;
    const onRefreshed = (changed: boolean): void => {
      if (changed || this.#behind) void this.#pushAddresses();
    };
    const onMissing = (name: string, because: string): void =>
      logger.warn('an external name has no address: what goes to it is answered 502', { name, because });
    this.#names = new NameEndpoints({ onRefreshed, onMissing, ...(lookUp && { lookUp }) });
  }

  /** Writes the state file alone: for an nginx that is about to start. */
  prepare(table: LiveTable): Promise<void> {
    return this.#inTurn(async () => {
      const state = await this.#stateOf({ table, keep: undefined }, this.#nextVersion(0));
      await this.#write(state, undefined);
    });
  }

  /**
   * Makes shared memory say what the table says, and what `keep` says about upstreams, certificates and names that the table lacks: around
   * a reload, for workers that still need them. Resolves when nginx has acknowledged it.
   */
  sync(table: LiveTable, keep?: LiveTable): Promise<void> {
    return this.#inTurn(async () => {
      this.#wanted = { table, keep };
      await this.#push(this.#wanted);
    });
  }

  /** Workers of this generation tell clients to come again on another connection; undefined: none do. How many connections are idle now. */
  async drain(generation: string | undefined): Promise<number> {
    const { body } = this.#checked(await askControl(this.#socket, '/drain', Buffer.from(generation ?? '', 'latin1')));
    return Number(/^\{"idle":(\d+)/.exec(body)?.[1] ?? 0);
  }

  /** The workers that are there. */
  async workers(): Promise<readonly LiveWorker[]> {
    const { body } = this.#checked(await askControl(this.#socket, '/workers'));
    return JSON.parse(body) as readonly LiveWorker[];
  }

  /** Waits for what is under way; names are not looked up any more. */
  async close(): Promise<void> {
    this.#names.close();
    await this.#turn;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #pushAddresses(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#wanted === undefined) return;
      try {
        await this.#push(this.#wanted);
        this.#behind = false;
      } catch (error) {
        this.#behind = true;
        this.#logger.error('new addresses of external names did not get to nginx', { error: messageOf(error) });
      }
    });
  }

  async #push(wanted: Wanted): Promise<void> {
    const has = await this.#memory();
    for (let round = 1, known = has; round <= ROUNDS; round++) {
      const base = this.#acknowledged?.version === known ? this.#acknowledged : undefined;
      const state = await this.#stateOf(wanted, this.#nextVersion(known));
      if (base !== undefined && isSame(base, state)) return this.#file.settle();
      const push = await this.#write(state, base);
      const answer = await askControl(this.#socket, '/live', push);
      if (answer.status === 507) await this.#refuse(push);
      if (answer.status !== 409) {
        this.#checked(answer);
        this.#acknowledged = state;
        return this.#file.settle();
      }
      this.#acknowledged = undefined;
      known = versionIn(answer);
    }
    throw new SluiceError('SLU3005', `another controller writes to nginx on ${this.#socket}; stop it`);
  }

  /** The version in shared memory; what is known of it holds when it is that of the state file. */
  async #memory(): Promise<number> {
    const version = versionIn(this.#checked(await askControl(this.#socket, '/live')));
    if (this.#acknowledged?.version !== version) this.#acknowledged = this.#written?.version === version ? this.#written : undefined;
    return version;
  }

  /** Time makes versions grow across controllers, too. */
  #nextVersion(known: number): number {
    return Math.max(known + 1, (this.#written?.version ?? 0) + 1, Date.now());
  }

  async #stateOf({ table, keep }: Wanted, version: number): Promise<LiveState> {
    const upstreams = [...table.upstreams.values(), ...(keep?.upstreams.values() ?? [])];
    await this.#names.use(new Set(upstreams.flatMap(namesOf)));
    const digest = keep === undefined ? table.digest : `${table.digest}+${keep.digest}`;
    return { version, digest, entries: liveEntries(table, this.#names.addressesOf, keep) };
  }

  /** Puts a state into the file; returns the push that brings nginx from `base`, or from anything, to it. */
  async #write(state: LiveState, base: LiveState | undefined): Promise<Buffer> {
    const delta = base && deltaPush(state, base.version, deltaOf(base.entries, state.entries));
    if (delta !== undefined && this.#file.mayAdd && this.#written === base) await this.#file.add(delta);
    else await this.#file.replace(fullPush(state));
    this.#written = state;
    return delta ?? fullPush(state);
  }

  /** Memory is full: the file must not have what did not fit. */
  async #refuse(push: Buffer): Promise<never> {
    if (this.#acknowledged !== undefined) await this.#write(this.#acknowledged, undefined);
    else await this.#file.restore();
    const message = `the shared memory of nginx has no room for ${push.length} bytes more of endpoints and certificates: raise the option nginx.sharedMemory`;
    throw new SluiceError('SLU3003', message);
  }

  #checked(answer: ControlAnswer): ControlAnswer {
    if (answer.status === 200) return answer;
    throw new SluiceError('SLU3005', `nginx answers ${answer.status} on ${this.#socket}: ${answer.body.slice(0, 200)}`);
  }
}

function isSame(a: LiveState, b: LiveState): boolean {
  const { set, del } = deltaOf(a.entries, b.entries);
  return a.digest === b.digest && set.length === 0 && del.length === 0;
}

/** Throws `SLU3005` when it is not what the control server says. */
function versionIn({ body }: ControlAnswer): number {
  const version = /^\{"version":(\d+),/.exec(body)?.[1];
  if (version === undefined)
    throw new SluiceError('SLU3005', `nginx answers ${JSON.stringify(body.slice(0, 200))} when asked for what it has`);
  return Number(version);
}
