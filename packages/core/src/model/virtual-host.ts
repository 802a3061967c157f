import type { ClientAuth } from './client-auth.ts';
import type { HostMatch, PathMatch } from './match.ts';
import type { Origin } from './origin.ts';
import type { SnippetStep } from './policy/snippet.ts';
import type { Route } from './route.ts';

/** Everything that answers for one host name. */
export interface VirtualHost {
  /** The name as users write it: `shop.example.com`, `*.example.com`, or `*` for the host that takes every other name. */
  readonly name: string;
  readonly match: HostMatch;
  /** Other names of the host; names of other virtual hosts come first. */
  readonly aliases?: HostAliases;
  /** Requests for exactly `/` are redirected to this path before a route is looked for. */
  readonly appRoot?: AppRoot;
  /** Looked at before a route is looked for, and after client certificates; its locations and headers are among the routes. */
  readonly snippet?: HostSnippet;
  /** Absent: no client certificate is asked for. */
  readonly clientAuth?: ClientAuth;
  /**
   * In order of evaluation: the first route whose match takes the path answers. The last one takes every path.
   * A request never leaves its virtual host: what no rule takes goes to the root fallback, not to another host.
   */
  readonly routes: readonly Route[];
  /** Present when an Ingress lists the host under `tls`. */
  readonly tls?: VirtualHostTls;
  readonly from: Origin;
}

/** Which certificate a host is served with. */
export interface VirtualHostTls {
  /** Id of a `Certificate` of the model; undefined means the default certificate. */
  readonly certificate: string | undefined;
  readonly from: Origin;
}

/** Names that a host has besides its own. */
export interface HostAliases {
  readonly matches: readonly HostMatch[];
  readonly from: Origin;
}

/** Where `/` of a host is redirected to. */
export interface AppRoot {
  readonly path: string;
  readonly from: Origin;
}

/** What the snippet of a host says (annotation `server-snippet`). */
export interface HostSnippet {
  readonly steps: readonly SnippetStep[];
  readonly locations: readonly SnippetLocation[];
  readonly from: Origin;
}

/** A path of a host that answers by itself; `otherwise` is the status when no step answers. */
export interface SnippetLocation {
  readonly match: PathMatch;
  readonly steps: readonly SnippetStep[];
  readonly otherwise: 403 | 404;
}
