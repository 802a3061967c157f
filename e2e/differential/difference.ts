import type { ReceivedRequest } from './recording-server.ts';
import type { Observation } from './observation.ts';

/** One thing that is not the same. */
export interface Difference {
  /** Such as `status`, `header location`, `received`, `received by auth: header x-user`. */
  readonly what: string;
  readonly left: string;
  readonly right: string;
}

const NONE = 'none';

/** Everything in which two observations of one request are not the same. */
export function differencesOf(left: Observation, right: Observation): readonly Difference[] {
  return [
    ...unequal('status', left.status, right.status),
    ...unequal('certificate', left.certificate, right.certificate),
    ...headerDifferences('header', left.headers, right.headers),
    ...(left.status === right.status ? unequal('body', left.body, right.body) : []),
    ...receivedDifferences(left.received, right.received),
  ];
}

function unequal(what: string, left: string, right: string): readonly Difference[] {
  return left === right ? [] : [{ what, left, right }];
}

/** By name; the values of a name are compared together. */
function headerDifferences(what: string, left: ReceivedRequest['headers'], right: ReceivedRequest['headers']): readonly Difference[] {
  const names = new Set([...left, ...right].map(([name]) => name));
  const told = (headers: ReceivedRequest['headers'], name: string): string => {
    const values = headers.filter(([other]) => other === name).map(([, value]) => JSON.stringify(value));
    return values.length === 0 ? NONE : values.join(' and ');
  };
  return [...names].flatMap((name) => unequal(`${what} ${name}`, told(left, name), told(right, name)));
}

function receivedDifferences(left: readonly ReceivedRequest[], right: readonly ReceivedRequest[]): readonly Difference[] {
  const servers = (received: readonly ReceivedRequest[]): string => received.map(({ server }) => server).join(' ') || NONE;
  if (servers(left) !== servers(right)) return unequal('received', servers(left), servers(right));
  return left.flatMap((one, index) => {
    const other = right[index];
    if (other === undefined) return [];
    const what = `received by ${one.server}:`;
    return [
      ...unequal(`${what} method`, one.method, other.method),
      ...unequal(`${what} target`, one.target, other.target),
      ...unequal(`${what} http`, one.http, other.http),
      ...unequal(`${what} body`, one.body ?? 'a part', other.body ?? 'a part'),
      ...unequal(`${what} server name`, one.serverName ?? NONE, other.serverName ?? NONE),
      ...headerDifferences(`${what} header`, one.headers, other.headers),
    ];
  });
}
