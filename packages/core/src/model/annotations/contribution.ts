import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { ConfigMap } from '../../watch/kinds/config-map.ts';
import type { Secret } from '../../watch/kinds/secret.ts';
import type { Service } from '../../watch/kinds/service.ts';
import type { BackendRef } from '../build/ingress-fragment.ts';
import type { CookieAffinity } from '../affinity.ts';
import type { Balancing } from '../balancing.ts';
import type { CanaryRules } from '../canary.ts';
import type { Origin } from '../origin.ts';
import type { Policy } from '../policy/policy.ts';
import type { ClientAuth } from '../client-auth.ts';
import type { RedirectStyle } from '../redirect.ts';
import type { RouteAction } from '../route.ts';
import type { AppRoot, HostAliases, HostSnippet } from '../virtual-host.ts';
import type { AnyAnnotation } from './annotation.ts';
import type { IngressSettings } from './ingress-settings.ts';

/** Other objects that annotations refer to, by `namespace/name`. What was asked for is remembered: a change of it means a new reading. */
export interface References {
  secret(id: string): Secret | undefined;
  configMap(id: string): ConfigMap | undefined;
  service(id: string): Service | undefined;
}

/** Why the paths of an Ingress answer 503 whatever is asked. */
export interface Denial {
  readonly because: string;
  readonly from: Origin;
}

/** When requests without TLS are redirected. */
export interface HttpsRedirectSettings {
  /** `tls`: on hosts with a `tls` entry. */
  readonly when: 'never' | 'tls' | 'always';
  readonly keepTrailingSlash: boolean;
  /** The annotation that says so; undefined for the default. */
  readonly from?: Origin;
}

/** What an Ingress says about its hosts as wholes; of several Ingresses the oldest that says it wins. */
export interface HostSettings {
  readonly aliases?: HostAliases;
  readonly appRoot?: AppRoot;
  readonly snippet?: HostSnippet;
  readonly clientAuth?: ClientAuth;
  /** A redirect from the host with `www.` to the one without, or the other way round. */
  readonly wwwRedirect?: { readonly from: Origin };
}

/** What an Ingress says about the upstreams of its Services; of several Ingresses the oldest that names a Service decides. */
export interface UpstreamSettings {
  readonly balancing?: Balancing;
  /** Here the oldest Ingress that has an affinity decides. */
  readonly affinity?: CookieAffinity;
  /** Requests go to the cluster IP of the Service; the annotation that says so. */
  readonly clusterIp?: Origin;
}

/** What makes an Ingress a canary. */
export interface CanarySettings {
  readonly rules: CanaryRules;
  /** The canary keeps clients with the affinity cookie of the main side. */
  readonly sticky: boolean;
}

/** What the annotations of one group mean for the model. Everything is optional. */
export interface Contribution {
  /** For every path of the Ingress. */
  readonly policies?: readonly Policy[];
  /** For one path, given as the Ingress writes it. */
  readonly pathPolicies?: (path: string) => readonly Policy[];
  /** Answers instead of the backends. */
  readonly action?: { readonly action: RouteAction; readonly from: Origin };
  readonly denied?: Denial;
  readonly httpsRedirect?: HttpsRedirectSettings;
  /** How redirects that the proxy makes itself are written. */
  readonly redirectStyle?: RedirectStyle;
  readonly host?: HostSettings;
  /** Whether this path (as the Ingress writes it) puts its host in regex mode. */
  readonly regexMode?: { readonly asks: (path: string) => boolean; readonly from: Origin };
  readonly upstream?: UpstreamSettings;
  /** The Ingress is a canary. */
  readonly canary?: CanarySettings;
  /** Backends besides those of the rules. */
  readonly backends?: readonly BackendRef[];
  readonly diagnostics?: readonly Diagnostic[];
}

/** Annotations that make up one feature. */
export interface AnnotationGroup {
  /** As in the documentation, such as `rate-limit`. */
  readonly name: string;
  readonly annotations: readonly AnyAnnotation[];
  /** Without this annotation (by key) the others are not looked at: a wrong value of theirs has no consequences. */
  readonly needs?: string;
  /** Called for Ingresses with at least one valid annotation of the group. Pure but for what it asks of `references`. */
  readonly contribute?: (settings: IngressSettings, references: References) => Contribution;
}
