import type { EndpointSlice } from './kinds/endpoint-slice.ts';
import type { Ingress } from './kinds/ingress.ts';
import type { IngressClass } from './kinds/ingress-class.ts';
import type { Secret } from './kinds/secret.ts';
import type { Service } from './kinds/service.ts';
import type { ConfigMap } from './kinds/config-map.ts';
import type { Namespace } from './kinds/namespace.ts';

/** The watched kinds with the shape that each is reduced to: only the fields that routing uses are kept. */
export interface WatchedKinds {
  readonly Ingress: Ingress;
  readonly IngressClass: IngressClass;
  readonly Service: Service;
  readonly EndpointSlice: EndpointSlice;
  readonly Secret: Secret;
  readonly ConfigMap: ConfigMap;
  readonly Namespace: Namespace;
}

export type WatchedKind = keyof WatchedKinds;
export type WatchedObject = WatchedKinds[WatchedKind];
