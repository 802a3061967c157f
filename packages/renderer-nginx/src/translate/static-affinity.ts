import { literalPattern, policyOf } from '@sluice/core';
import type { AffinityCookie, CookieAffinity, Route, Upstream } from '@sluice/core';
import { block, directive, literal, variable } from '../render/directive.ts';
import type { Directive } from '../render/directive.ts';
import { digestOfText } from './resources.ts';
import type { Resources } from './resources.ts';

/**
 * Affinity without Lua: the cookie's key is hashed to an endpoint, and a client without a cookie is given a random key. Clients move when
 * endpoints come or go, whatever the mode. The variable holds the key of a request.
 */
export function stickyKey({ id }: Upstream, { cookie }: CookieAffinity, resources: Resources): string {
  const name = `sluice_sticky_${digestOfText(id)}`;
  resources.share(name, [
    block(
      'map',
      [variable('http_cookie'), variable(name)],
      [directive(`~${given(cookie)}`, variable('1')), directive('default', variable('request_id'))],
    ),
  ]);
  return name;
}

/** Gives clients without a cookie one, where the route does. */
export function stickyCookie(route: Route, { affinity, id }: Upstream, resources: Resources): readonly Directive[] {
  const path = policyOf(route, 'session-cookie')?.path;
  if (affinity === undefined || path === undefined) return [];
  const { cookie, key } = affinity;
  const value = [`${cookie.name}=`, { variable: 'request_id' }, `|${key}`, ...attributes(cookie, path)];
  const told = `sluice_told_${digestOfText(JSON.stringify([value, id]))}`;
  resources.share(told, [
    block(
      'map',
      [variable('http_cookie'), variable(told)],
      [directive(`~${given(cookie)}`, literal('')), directive('default', { kind: 'text', parts: value })],
    ),
  ]);
  return [directive('add_header', 'Set-Cookie', variable(told))];
}

function given({ name }: AffinityCookie): string {
  return `(?:^|;[ ]*)${literalPattern(name)}=([^;|]+)`;
}

/** In the order of ingress-nginx, without `Expires`: nginx cannot tell a time in a header. */
function attributes(cookie: AffinityCookie, own: string): readonly (string | { readonly variable: string })[] {
  const { path, maxAgeSeconds, domain, sameSite, secure } = cookie;
  const before = [
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
  ];
  const after = ['HttpOnly', ...(sameSite === undefined ? [] : [`SameSite=${sameSite}`])];
  const written = (list: readonly string[]): string => list.map((attribute) => `; ${attribute}`).join('');
  const beginning = written([...before, `Path=${path ?? own}`]);
  return secure ? [beginning + written(['Secure', ...after])] : [beginning, { variable: 'sluice_cookie_secure' }, written(after)];
}
