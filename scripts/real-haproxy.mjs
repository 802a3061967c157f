import { spawnSync } from 'node:child_process';

/** What the suites of the HAProxy backend need. */
export const haproxyPackages = ['haproxy'];

/** Where the HAProxy backend looks: those who are not root often have no sbin on their path. */
const COMMANDS = ['haproxy', '/usr/sbin/haproxy', '/usr/local/sbin/haproxy'];

const OLDEST = [2, 6];

/** What it must have been built with, as `haproxy -vv` says it. */
const PARTS = { Lua: /^Built with Lua version/m, OpenSSL: /^Running on OpenSSL version/m };

/** Why there is no HAProxy on this machine that the backend can use; undefined when there is one. */
export function missingHaproxy(commands = COMMANDS) {
  const shown = commands.map((command) => ({ command, ...spawnSync(command, ['-vv'], { encoding: 'utf8' }) }));
  const found = shown.find(({ status }) => status === 0);
  if (found === undefined) return 'there is no HAProxy';
  const version = /^HA-?Proxy version (\d+\.\d+)/m.exec(found.stdout)?.[1] ?? '0.0';
  if (isOlder(version.split('.').map(Number), OLDEST))
    return `${found.command} is HAProxy ${version}, which is older than ${OLDEST.join('.')}`;
  const lost = Object.keys(PARTS).find((name) => !PARTS[name].test(found.stdout));
  return lost === undefined ? undefined : `${found.command} was built without ${lost}`;
}

function isOlder([major, minor], [least, lesser]) {
  return major < least || (major === least && minor < lesser);
}
