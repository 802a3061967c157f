/** Why something cannot run on this machine, and what would make it run. */
export interface Lack {
  readonly missing: string;
  readonly install: string;
}

export function isLack<T extends object>(what: T): what is Extract<T, Lack> {
  return 'missing' in what;
}
