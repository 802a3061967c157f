import { expect, test } from 'vitest';
import { readNginxMessage } from './nginx-message.ts';

test.each([
  [
    '2026/11/25 02:26:28 [emerg] 6979#6979: unknown directive "foo" in ./nginx.conf:4',
    { text: 'unknown directive "foo"', line: 4, file: undefined },
  ],
  [
    'nginx: [emerg] host not found in upstream "no.test:80" in ./nginx.conf:33',
    { text: 'host not found in upstream "no.test:80"', line: 33, file: undefined },
  ],
  [
    'nginx: [emerg] cannot load certificate "./current/certificates/ab": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(./current/certificates/ab, r) error:10000080:BIO routines::no such file)',
    {
      text: 'cannot load certificate: BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory error:10000080:BIO routines::no such file)',
      line: undefined,
      file: 'certificates/ab',
    },
  ],
  [
    '2026/11/25 02:26:28 [emerg] 1#1: zero size shared memory zone "missing"',
    { text: 'zero size shared memory zone "missing"', line: undefined, file: undefined },
  ],
  ['nginx: [warn] conflicting server name "a" on 0.0.0.0:80, ignored', undefined],
  ['', undefined],
])('%s', (output, message) => {
  expect(readNginxMessage(`${output}\nnginx: configuration file ./nginx.conf test failed\n`)).toEqual(message);
});

test('the last complaint is the one that counts', () => {
  const output = 'nginx: [alert] could not open error log file\nnginx: [emerg] bad in ./nginx.conf:1\n';
  expect(readNginxMessage(output)).toMatchObject({ text: 'bad', line: 1 });
});
