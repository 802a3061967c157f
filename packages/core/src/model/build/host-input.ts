import type { RouteSettings } from '../settings/route-settings.ts';
import type { VirtualHostTls } from '../virtual-host.ts';
import type { AnnotatedBackend, AnnotatedRule } from './annotated-ingress.ts';
import type { PathSemantics } from './model-options.ts';

/** Everything that decides what one host serves. */
export interface HostInput {
  /** Empty for the catch-all host. */
  readonly host: string;
  /** Rules of the host, oldest Ingress first. */
  readonly rules: readonly AnnotatedRule[];
  /** What answers where no rule does; undefined for the built-in 404. */
  readonly fallback: AnnotatedBackend | undefined;
  /** The fallback is the catch-all default backend of the cluster, which a `/` rule does not replace. */
  readonly fallbackWins: boolean;
  /** What an Ingress says; undefined on a host without TLS, where nothing is redirected to HTTPS. */
  readonly tls: VirtualHostTls | undefined;
  /** What clients are shown where no Ingress names a usable certificate; undefined for the self-signed one. */
  readonly defaultTls: VirtualHostTls | undefined;
  /** Requests that no rule of any name takes are written to the access log too. */
  readonly logDefaultBackend: boolean;
  readonly semantics: PathSemantics;
  /** What holds for every route. */
  readonly settings: RouteSettings;
}
