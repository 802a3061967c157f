/** A typed key under which plugins provide and find things. Equal names are not equal tokens. */
export interface Token<T> {
  /** For messages. */
  readonly name: string;
  readonly key: symbol;
  /** Carries the type only; never set. */
  readonly provides?: T;
}

export function createToken<T>(name: string): Token<T> {
  return Object.freeze({ name, key: Symbol(name) });
}

/** Finds what was provided; handed to every factory. */
export interface Services {
  /** Throws `SLU2105` when nothing is provided under the token, `SLU2106` when factories need each other in a circle. */
  get<T>(token: Token<T>): T;
  /** Undefined when nothing is provided under the token. */
  find<T>(token: Token<T>): T | undefined;
}

/** Makes a thing on its first use; the same thing is handed out afterwards. */
export type Factory<T> = (services: Services) => T;
