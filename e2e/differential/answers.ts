import { valuesOf } from '../behaviour/answer-reader.ts';
import { wishesOf } from '../behaviour/echo-wishes.ts';
import type { GivenAnswer, ReceivedRequest } from './recording-server.ts';

/** What an upstream answers: who it is and what it was asked, with what the query wishes. Equal requests get equal answers. */
export function upstreamAnswer({ server, method, target }: ReceivedRequest): GivenAnswer {
  const { status, headers, type, size } = wishesOf(target, server);
  // The endpoints of a Service answer alike: which of them did is looked up in what they have received.
  const body = size === undefined ? `${server.replace(/-\d$/, '')} ${method} ${target}\n` : 'x'.repeat(size);
  const bodyless = status === 204 || status === 304;
  return { status, headers: [['Content-Type', type], ['X-Backend', server.replace(/-\d$/, '')], ...headers], body: bodyless ? '' : body };
}

const SIGNED_IN: readonly (readonly [string, string])[] = [
  ['X-User', 'someone'],
  ['X-Groups', 'one'],
  ['Set-Cookie', 'session=s1; Path=/'],
  ['X-Not-Passed', 'x'],
];

/** What the authentication service answers, by its path. */
export function authAnswer({ target, headers }: ReceivedRequest): GivenAnswer {
  const answer = (status: number, more: GivenAnswer['headers'] = []): GivenAnswer => ({
    status,
    headers: [...SIGNED_IN, ...more],
    body: '',
  });
  const [path = ''] = target.split('?');
  const passes = valuesOf(headers, 'x-pass').includes('yes');
  switch (path) {
    case '/refuse':
      return answer(401, [['WWW-Authenticate', 'Bearer realm="auth"']]);
    case '/forbid':
      return answer(403);
    case '/fail':
      return answer(500);
    case '/move':
      return answer(302, [['Location', 'https://login.test/moved']]);
    case '/by-header':
      return answer(passes ? 200 : 401);
    default:
      return answer(200);
  }
}
