import type { Certificate } from './certificate.ts';
import type { Listener } from './listener.ts';
import type { ServingSettings } from './settings/serving-settings.ts';
import type { StreamService } from './stream-service.ts';
import type { Upstream } from './upstream.ts';
import type { VirtualHost } from './virtual-host.ts';

/**
 * The wanted traffic, free of Kubernetes and of any proxy: plain readonly data, defaults resolved, lists sorted, so that
 * equal meaning gives an equal digest. A node that did not change keeps its identity from one model to the next, which is
 * what lets backends translate only the change.
 */
export interface RoutingModel {
  readonly listeners: readonly Listener[];
  /** What holds for every request. The same object while nothing of it changes. */
  readonly settings: ServingSettings;
  /** Sorted by name. Exactly one has an `any` match. */
  readonly virtualHosts: readonly VirtualHost[];
  /** Sorted by id; every upstream that a route names is here. */
  readonly upstreams: readonly Upstream[];
  /** Sorted by id; only those that a virtual host uses. */
  readonly certificates: readonly Certificate[];
  /** Sorted by protocol and port. */
  readonly streams: readonly StreamService[];
}
