import type { Diagnostic } from '../../observe/diagnostic.ts';
import type { BackendRef } from '../build/ingress-fragment.ts';
import type { Policy } from '../policy/policy.ts';
import type { RedirectStyle } from '../redirect.ts';
import type { Contribution, Denial, HostSettings, HttpsRedirectSettings, References, UpstreamSettings } from './contribution.ts';
import { noSettings } from '../settings/global-settings.ts';
import type { ReadSettings } from './read-settings.ts';

/** What all annotations of an Ingress together mean for the model. */
export interface IngressFeatures {
  /** Policies of one path, given as the Ingress writes it. */
  readonly policiesOf: (path: string) => readonly Policy[];
  readonly action: Contribution['action'];
  readonly denied: Denial | undefined;
  readonly httpsRedirect: HttpsRedirectSettings;
  /** Beginnings of paths, as the Ingress writes them, that are never redirected to HTTPS. */
  readonly noTlsRedirect: readonly string[];
  readonly redirectStyle: RedirectStyle;
  readonly host: HostSettings;
  readonly regexMode: Contribution['regexMode'];
  readonly upstream: UpstreamSettings;
  readonly canary: Contribution['canary'];
  readonly backends: readonly BackendRef[];
  readonly diagnostics: readonly Diagnostic[];
}

/** What holds for an Ingress without annotations. */
export const unannotated: IngressFeatures = {
  policiesOf: () => [],
  action: undefined,
  denied: undefined,
  httpsRedirect: { when: 'tls', keepTrailingSlash: false },
  noTlsRedirect: noSettings.noTlsRedirectLocations,
  redirectStyle: {},
  host: {},
  regexMode: undefined,
  upstream: {},
  canary: undefined,
  backends: [],
  diagnostics: [],
};

/** What paths are exempt from by the setting `no-auth-locations`. */
const AUTHENTICATION: ReadonlySet<Policy['kind']> = new Set(['basic-auth', 'external-auth']);

/** Asks every group of annotations that the Ingress uses what it contributes. */
export function readFeatures({ settings, groups, denied, diagnostics }: ReadSettings, references: References): IngressFeatures {
  const { noAuthLocations, noTlsRedirectLocations: noTlsRedirect } = settings.global;
  if (groups.length === 0) return { ...unannotated, noTlsRedirect, denied, diagnostics };
  const own = groups.flatMap(({ annotations }) => settings.ownPolicies(annotations));
  const contributions = groups.map((group) => group.contribute?.(settings, references) ?? {});
  const everywhere = [...own, ...contributions.flatMap(({ policies = [] }) => policies)];
  const forPath = contributions.flatMap(({ pathPolicies }) => pathPolicies ?? []);
  return {
    policiesOf: (path) => {
      const all = [...everywhere, ...forPath.flatMap((policies) => policies(path))];
      return noAuthLocations.some((location) => path.startsWith(location)) ? all.filter(({ kind }) => !AUTHENTICATION.has(kind)) : all;
    },
    action: first(contributions, ({ action }) => action),
    denied: denied ?? first(contributions, (contribution) => contribution.denied),
    httpsRedirect: first(contributions, ({ httpsRedirect }) => httpsRedirect) ?? unannotated.httpsRedirect,
    noTlsRedirect,
    redirectStyle: first(contributions, ({ redirectStyle }) => redirectStyle) ?? {},
    host: Object.assign({}, ...contributions.map(({ host }) => host)),
    regexMode: first(contributions, ({ regexMode }) => regexMode),
    upstream: Object.assign({}, ...contributions.map(({ upstream }) => upstream)),
    canary: first(contributions, ({ canary }) => canary),
    backends: contributions.flatMap(({ backends = [] }) => backends),
    diagnostics: [...diagnostics, ...contributions.flatMap((contribution) => contribution.diagnostics ?? [])],
  };
}

function first<Value>(contributions: readonly Contribution[], pick: (contribution: Contribution) => Value | undefined): Value | undefined {
  for (const contribution of contributions) {
    const value = pick(contribution);
    if (value !== undefined) return value;
  }
  return undefined;
}
