/** What was made of some inputs last: it is made again when one of them is another one. Equal parts keep their identity by that. */
export class Remembered<T> {
  #last: { readonly inputs: readonly unknown[]; readonly made: T } | undefined;

  of(inputs: readonly unknown[], make: () => T): T {
    const last = this.#last;
    if (last?.inputs.length === inputs.length && last.inputs.every((input, index) => input === inputs[index])) return last.made;
    const made = make();
    this.#last = { inputs, made };
    return made;
  }
}
