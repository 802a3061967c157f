import type { ForwardVerdict, RoutedRequest } from '@sluice/core';
import { affinityKey, expandVariables, normalizePath, splitTarget } from '@sluice/core';

/** What a request says about the endpoint that it is for, and which ones it was sent to. Reused from request to request. */
export class EndpointWish {
  /** Value of the hash key; empty where nothing is hashed. */
  key = '';
  /** What the client's affinity cookie says. */
  cookie: string | undefined;
  /** Set by a picker: what the affinity cookie of the client is to say from now on. */
  newCookie: string | undefined;
  userAgent: string | undefined;
  /** Positions of the endpoints tried so far, the last one last. */
  readonly tried: number[] = [];

  clear(): void {
    this.key = '';
    this.cookie = undefined;
    this.newCookie = undefined;
    this.userAgent = undefined;
    if (this.tried.length > 0) this.tried.length = 0;
  }

  /** Reads the request while its head is there. */
  look({ host, route, upstream }: ForwardVerdict, request: RoutedRequest, requestId: string): void {
    const { affinity, balancing } = upstream;
    if (affinity !== undefined) {
      this.cookie = affinityKey(request, affinity)?.endpoint;
      if (affinity.cookie.conditionalSameSiteNone) this.userAgent = request.header('user-agent');
    } else if (balancing?.kind === 'hash') {
      const path = normalizePath(splitTarget(request.target).path) ?? '/';
      this.key = expandVariables(balancing.key, { request, host, route, upstream, path, requestId });
    }
  }
}
