/** Points of each node on the ring: as ketama has them. */
const POINTS = 160;
/** More nodes than a ring can have: with the 32 bits of a point within what a number holds exactly. */
const RANKS = 2 ** 21;

/**
 * Consistent hashing: a key belongs to the node with the first point after it. A node that comes or goes moves only the
 * keys next to its own points.
 */
export class HashRing {
  readonly #points: Uint32Array;
  readonly #nodes: Uint32Array;

  /** `names` must differ from each other; the order does not matter to where keys go. */
  constructor(names: readonly string[]) {
    // Point and rank of the name in one number each, so that a service of thousands of endpoints is sorted in no time.
    const ranked = [...names.keys()].toSorted((a, b) => ((names[a] ?? '') < (names[b] ?? '') ? -1 : 1));
    const points = new Float64Array(names.length * POINTS);
    ranked.forEach((node, rank) => {
      for (let index = 0; index < POINTS; index++) points[rank * POINTS + index] = hash(`${names[node]} ${index}`) * RANKS + rank;
    });
    points.sort();
    this.#points = Uint32Array.from(points, (point) => Math.floor(point / RANKS));
    this.#nodes = Uint32Array.from(points, (point) => ranked[point % RANKS] ?? 0);
  }

  /** Index of the name that a key belongs to. */
  find(key: string): number {
    const wanted = hash(key);
    let low = 0;
    let high = this.#points.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#points[middle] ?? 0) < wanted) low = middle + 1;
      else high = middle;
    }
    return this.#nodes[low === this.#points.length ? 0 : low] ?? 0;
  }
}

/** FNV-1a with the finish of MurmurHash3, which spreads similar keys. */
function hash(text: string): number {
  let value = 0x81_1c_9d_c5;
  for (let index = 0; index < text.length; index++) value = Math.imul(value ^ text.charCodeAt(index), 0x01_00_01_93);
  value = Math.imul(value ^ (value >>> 16), 0x85_eb_ca_6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2_b2_ae_35);
  return (value ^ (value >>> 16)) >>> 0;
}
