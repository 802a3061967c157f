/** A result that is made again only when the list that it is made of has other items, or others in their place. */
export class OfList<Item extends object, Result extends object> {
  readonly #make: (items: readonly Item[]) => Result;
  #items: readonly Item[] = [];
  #result: Result | undefined;

  constructor(make: (items: readonly Item[]) => Result) {
    this.#make = make;
  }

  of(items: readonly Item[]): Result {
    if (this.#result === undefined || !this.#isSame(items)) [this.#items, this.#result] = [items, this.#make(items)];
    return this.#result;
  }

  #isSame(items: readonly Item[]): boolean {
    return items.length === this.#items.length && items.every((item, index) => item === this.#items[index]);
  }
}
