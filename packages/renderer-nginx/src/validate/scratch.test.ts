import { expect, test } from 'vitest';
import { withoutListeners } from './scratch.ts';

test('addresses become sockets, the same ones for the same addresses, with what decides how they are read', () => {
  const text = [
    '  listen 0.0.0.0:80 default_server reuseport backlog=4096;',
    '  listen [::]:443 ssl http2 default_server reuseport backlog=4096 ipv6only=on;',
    '  listen 0.0.0.0:80;',
    'listen unix:run/control.sock;',
    '  return 200 "\\n listen 1.2.3.4:5;";',
  ].join('\n');
  expect(withoutListeners(text).split('\n')).toEqual([
    '  listen unix:listen/0 default_server;',
    '  listen unix:listen/1 ssl http2 default_server;',
    '  listen unix:listen/0;',
    'listen unix:run/control.sock;',
    '  return 200 "\\n listen 1.2.3.4:5;";',
  ]);
});
