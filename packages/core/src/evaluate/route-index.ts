import type { Route } from '../model/route.ts';
import type { PathPattern } from '../regex/compile.ts';
import { matchPattern, pathMatches } from './match.ts';

/** Up to this many routes a plain scan is faster than the maps. */
const SCAN_LIMIT = 8;

/** Finds the first of many routes that takes a path without looking at each of them. */
export class RouteIndex {
  readonly #routes: readonly Route[];
  /** Positions in `#routes`, by the path of the match. */
  readonly #exact = new Map<string, number>();
  readonly #prefix = new Map<string, number>();
  /** Slashes that a path can have before no prefix matches any deeper. */
  #depth = 0;
  /** Regular expressions can only be tried one after the other. */
  readonly #scanned: boolean;
  /** Compiled with the first request, by position. */
  #patterns: readonly (PathPattern | undefined)[] | undefined;

  constructor(routes: readonly Route[]) {
    this.#routes = routes;
    this.#scanned = routes.length <= SCAN_LIMIT || routes.some(({ match }) => match.kind === 'regex');
    if (!this.#scanned) routes.forEach((route, position) => this.#add(route, position));
  }

  #add({ match }: Route, position: number): void {
    const map = match.kind === 'exact' ? this.#exact : this.#prefix;
    if (!map.has(match.path)) map.set(match.path, position);
    if (match.kind === 'prefix') this.#depth = Math.max(this.#depth, match.path.split('/').length);
  }

  find(path: string): Route | undefined {
    if (this.#scanned) return this.#scan(path);
    const exact = this.#exact.get(path) ?? this.#routes.length;
    return this.#routes[Math.min(exact, this.#firstPrefix(path))];
  }

  #scan(path: string): Route | undefined {
    const patterns = (this.#patterns ??= this.#routes.map(({ match }) => matchPattern(match)));
    return this.#routes.find(({ match }, position) => patterns[position]?.test(path) ?? pathMatches(match, path));
  }

  /** Every prefix of the path that a `prefix` match could name ends before or after one of its slashes, or at its end. */
  #firstPrefix(path: string): number {
    let best = this.#prefix.get(path) ?? this.#routes.length;
    let slash = path.indexOf('/');
    for (let depth = 0; slash >= 0 && depth < this.#depth; depth++) {
      const before = slash === 0 ? undefined : this.#prefix.get(path.slice(0, slash));
      const after = this.#prefix.get(path.slice(0, slash + 1));
      best = Math.min(best, before ?? best, after ?? best);
      slash = path.indexOf('/', slash + 1);
    }
    return best;
  }
}
