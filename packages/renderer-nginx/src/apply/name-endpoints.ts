import { lookup as resolve } from 'node:dns/promises';
import { isOwnAddress } from '@sluice/core';

/** How often the names in use are looked up. */
const INTERVAL_MS = 5000;
/** A resolver that does not answer does not hold up everything else for longer. */
const PATIENCE_MS = 1000;

/** All addresses of a name, in the order of the resolver; throws an error with a `code` when there are none. */
export type LookUp = (name: string) => Promise<readonly string[]>;

export interface NameEndpointsOptions {
  /** Called after names were looked up again; `changed`: one of them has other addresses than before. */
  readonly onRefreshed: (changed: boolean) => void;
  readonly lookUp?: LookUp;
}

/**
 * The addresses of endpoints that are known by name (ExternalName Services). They are looked up again while they are in use. Own
 * addresses of this machine are left out. A name that does not exist has no address; when the resolver fails, the last ones stay.
 */
export class NameEndpoints {
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #lookUp: LookUp;
  readonly #onRefreshed: (changed: boolean) => void;
  #names: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;

  constructor({ onRefreshed, lookUp = systemLookUp }: NameEndpointsOptions) {
    this.#onRefreshed = onRefreshed;
    this.#lookUp = lookUp;
  }

  /** Makes these the names in use. Resolves when the new ones have been looked up, or after a second. */
  async use(names: ReadonlySet<string>): Promise<void> {
    const fresh = [...names].filter((name) => !this.#addresses.has(name));
    this.#names = names;
    for (const name of this.#addresses.keys()) if (!names.has(name)) this.#addresses.delete(name);
    if (names.size === 0) this.close();
    else this.#timer ??= setInterval(() => void this.refresh(), INTERVAL_MS).unref();
    if (fresh.length === 0) return;
    const patience = new AbortController();
    const late = new Promise<void>((resolve_) => {
      const timer = setTimeout(resolve_, PATIENCE_MS);
      patience.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    await Promise.race([this.#look(fresh), late]);
    patience.abort();
  }

  /** Addresses of a name, as the last answer had them. */
  readonly addressesOf = (name: string): readonly string[] => this.#addresses.get(name) ?? [];

  /** Looks all names in use up again. */
  async refresh(): Promise<void> {
    this.#onRefreshed(await this.#look([...this.#names]));
  }

  /** Looks nothing up any more until names are in use again. */
  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(names: readonly string[]): Promise<boolean> {
    const changes = await Promise.all(names.map((name) => this.#lookOne(name)));
    return changes.includes(true);
  }

  /** Whether there are other addresses than before. */
  async #lookOne(name: string): Promise<boolean> {
    const before = this.addressesOf(name);
    let addresses = before;
    try {
      addresses = inOrder((await this.#lookUp(name)).filter((address) => !isOwnAddress(address)));
    } catch (error) {
      if (isMissing(error)) addresses = [];
    }
    if (this.#names.has(name)) this.#addresses.set(name, addresses);
    return addresses.join() !== before.join();
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
