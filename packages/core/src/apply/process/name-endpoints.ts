import { lookup as resolve } from 'node:dns/promises';
import { messageOf } from '../../errors.ts';
import { isOwnAddress } from '../own-address.ts';

/** How often the names in use are looked up. */
const INTERVAL_MS = 5000;
/** A resolver that does not answer does not hold up everything else for longer. */
const PATIENCE_MS = 1000;
const AT_ONCE = 2;

/** All addresses of a name, in the order of the resolver; throws an error with a `code` when there are none. */
export type LookUp = (name: string) => Promise<readonly string[]>;

export interface NameEndpointsOptions {
  /** Called after names were looked up again; `changed`: one of them has other addresses than before. */
  readonly onRefreshed: (changed: boolean) => void;
  /** Called when a name in use turns out to have no address; again only after it has had one. */
  readonly onMissing?: (name: string, because: string) => void;
  readonly lookUp?: LookUp;
  /** For new names. */
  readonly patienceMs?: number;
}

/**
 * The addresses of endpoints that are known by name (ExternalName Services). They are looked up again while they are in use. Own
 * addresses of this machine are left out. A name that does not exist has no address; when the resolver fails, the last ones stay.
 */
export class NameEndpoints {
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #lookUp: LookUp;
  readonly #onRefreshed: (changed: boolean) => void;
  readonly #onMissing: NonNullable<NameEndpointsOptions['onMissing']>;
  /** Names in use of which it was told that they have no address. */
  readonly #missing = new Set<string>();
  #names: ReadonlySet<string> = new Set();
  readonly #patienceMs: number;
  #timer: NodeJS.Timeout | undefined;
  #isRefreshing = false;

  constructor({ onRefreshed, onMissing = () => {}, lookUp = systemLookUp, patienceMs = PATIENCE_MS }: NameEndpointsOptions) {
    this.#onRefreshed = onRefreshed;
    this.#onMissing = onMissing;
    this.#patienceMs = patienceMs;
    this.#lookUp = lookUp;
  }

  /** Makes these the names in use. Resolves when the new ones have been looked up, or after a second: what comes later is told. */
  async use(names: ReadonlySet<string>): Promise<void> {
    const fresh = [...names].filter((name) => !this.#addresses.has(name));
    this.#names = names;
    for (const name of this.#addresses.keys()) if (!names.has(name)) this.#addresses.delete(name);
    for (const name of this.#missing) if (!names.has(name)) this.#missing.delete(name);
    for (const name of fresh) this.#addresses.set(name, []);
    if (names.size === 0) this.close();
    else this.#timer ??= setInterval(() => void this.refresh(), INTERVAL_MS).unref();
    if (fresh.length === 0) return;
    const looked = this.#look(fresh);
    if (await this.#isLate(looked)) void looked.then(this.#onRefreshed);
  }

  /** Whether work is not done in time. */
  #isLate(work: Promise<unknown>): Promise<boolean> {
    return new Promise((resolve_) => {
      const timer = setTimeout(() => resolve_(true), this.#patienceMs);
      void work.finally(() => {
        clearTimeout(timer);
        resolve_(false);
      });
    });
  }

  /** Addresses of a name, as the last answer had them. */
  readonly addressesOf = (name: string): readonly string[] => this.#addresses.get(name) ?? [];

  /** Looks all names in use up again, unless that is under way. */
  async refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    const changed = await this.#look([...this.#names]);
    this.#isRefreshing = false;
    this.#onRefreshed(changed);
  }

  /** Looks nothing up any more until names are in use again. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** A few at a time: each waits in a thread that files need as well. */
  async #look(names: readonly string[]): Promise<boolean> {
    const left = [...names];
    let changed = false;
    const lane = async (): Promise<void> => {
      for (let name = left.pop(); name !== undefined; name = left.pop()) if (await this.#lookOne(name)) changed = true;
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    return changed;
  }

  /** Whether there are other addresses than before. */
  async #lookOne(name: string): Promise<boolean> {
    const before = this.addressesOf(name);
    let addresses = before;
    let because = 'it has none but those of this machine';
    try {
      addresses = inOrder((await this.#lookUp(name)).filter((address) => !isOwnAddress(address)));
    } catch (error) {
      because = messageOf(error);
      if (isMissing(error)) addresses = [];
    }
    if (this.#names.has(name)) this.#note(name, addresses, because);
    return addresses.join() !== before.join();
  }

  #note(name: string, addresses: readonly string[], because: string): void {
    this.#addresses.set(name, addresses);
    if (addresses.length > 0) this.#missing.delete(name);
    else if (!this.#missing.has(name)) this.#onMissing(name, because);
    if (addresses.length === 0) this.#missing.add(name);
  }
}

/** Resolvers rotate their answers, which is no change: sorted, the family that they put first before the other. */
function inOrder(addresses: readonly string[]): readonly string[] {
  const isFirst = (address: string): boolean => address.includes(':') === (addresses[0] ?? '').includes(':');
  return [...addresses.filter(isFirst).toSorted(), ...addresses.filter((address) => !isFirst(address)).toSorted()];
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTFOUND' || error.code === 'ENODATA');
}

async function systemLookUp(name: string): Promise<readonly string[]> {
  return (await resolve(name, { all: true })).map(({ address }) => address);
}
