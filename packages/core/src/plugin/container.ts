// The one file that knows the container library; it needs the reflection polyfill first.
import 'reflect-metadata';
import { container as root, instanceCachingFactory } from 'tsyringe';
import { SluiceError } from '../errors.ts';
import type { Factory, Services, Token } from './token.ts';

/**
 * Holds the things of one controller, made lazily and once each. A container of its own for every controller keeps two of
 * them in one process apart.
 */
export class Container implements Services {
  readonly #container = root.createChildContainer();
  /** Names of the tokens that are being made, outermost first. */
  readonly #making: string[] = [];

  /** Throws `SLU2104` when the token has a provider. */
  provide<T>(token: Token<T>, factory: Factory<T>): void {
    if (this.#container.isRegistered(token.key)) throw new SluiceError('SLU2104', `${token.name} is provided twice`);
    this.#container.register<T>(token.key, { useFactory: instanceCachingFactory(() => this.#make(token, factory)) });
  }

  get<T>(token: Token<T>): T {
    if (!this.#container.isRegistered(token.key)) throw new SluiceError('SLU2105', `nothing provides ${token.name}${this.#needed()}`);
    return this.#container.resolve<T>(token.key);
  }

  find<T>(token: Token<T>): T | undefined {
    return this.#container.isRegistered(token.key) ? this.get(token) : undefined;
  }

  #make<T>(token: Token<T>, factory: Factory<T>): T {
    if (this.#making.includes(token.name)) throw new SluiceError('SLU2106', [...this.#making, token.name].join(' needs '));
    this.#making.push(token.name);
    try {
      return factory(this);
    } finally {
      this.#making.pop();
    }
  }

  #needed(): string {
    const by = this.#making.at(-1);
    return by === undefined ? '' : `, which ${by} needs`;
  }
}
