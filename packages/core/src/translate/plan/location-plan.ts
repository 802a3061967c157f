import type { RedirectLocation } from '../../model/redirect.ts';

/** How `Location` is made (`RedirectLocation`); `port` of `https` is written behind the host. */
export type LocationPlan =
  | { readonly kind: 'path' | 'url'; readonly text: string; readonly relative?: 1; readonly withPort?: 1 }
  | { readonly kind: 'https'; readonly keepSlash?: 1; readonly port?: number }
  | { readonly kind: 'root' | 'host'; readonly text: string };

/** A location as Lua gets it; `httpsPort` is where redirects with a port lead. */
export function planLocation(location: RedirectLocation, httpsPort: number): LocationPlan {
  switch (location.kind) {
    case 'path':
      return { kind: 'path', text: location.path, ...styleOf(location) };
    case 'url':
      return { kind: 'url', text: location.url, ...styleOf(location) };
    case 'https':
      return { kind: 'https', ...(location.keepTrailingSlash && { keepSlash: 1 as const }), ...(location.withPort && { port: httpsPort }) };
    case 'root':
      return { kind: 'root', text: location.path };
    case 'host':
      return { kind: 'host', text: location.name };
  }
}

function styleOf({ relative, withPort }: Extract<RedirectLocation, { readonly kind: 'path' | 'url' }>) {
  return { ...(relative && { relative: 1 as const }), ...(withPort && { withPort: 1 as const }) };
}
