import { expect, test } from 'vitest';
import { readHaproxyMessages } from './haproxy-message.ts';

const head = '[NOTICE]   (1) : haproxy version is 2.6.12\n';
const end = '[ALERT]    (1) : config : Error(s) found in configuration file : current/haproxy.cfg\n';

test('a certificate is named by its file', () => {
  const line = `[ALERT]    (1) : config : parsing [current/haproxy.cfg:7] : 'bind 127.0.0.1:443' in section 'frontend' : 'crt-list' : unable to load certificate from file 'current/certificates/x.pem'.\n`;
  expect(readHaproxyMessages(head + line + end)).toEqual([
    { text: 'unable to load certificate', line: 7, file: 'certificates/x.pem', fileLine: undefined, proxy: undefined },
  ]);
});

test('a message of several lines is one, with the line of the list', () => {
  const lines = `[ALERT]    (1) : config : parsing [current/haproxy.cfg:7] : 'bind 127.0.0.1:443' in section 'frontend' : \n  'crt-list' : error processing line 2 in file 'current/certificates.list' : inconsistencies between private key and certificate loaded 'current/certificates/x.pem'.\n  unable to load.\n`;
  expect(readHaproxyMessages(head + lines + end)).toEqual([
    {
      text: 'inconsistencies between private key and certificate loaded. unable to load',
      line: 7,
      file: 'certificates/x.pem',
      fileLine: 2,
      proxy: undefined,
    },
  ]);
});

test('an expression is named by the line of its map', () => {
  const line = `[ALERT]    (1) : config : parsing [current/haproxy.cfg:8] : error detected in frontend 'f' while parsing 'http-request set-header' rule : failed to parse sample expression <path,map_reg(current/maps/re.map)]> : invalid args in converter 'map_reg' : regex '[bad' is invalid (error=missing terminating ], erroffset=4) at line 3 of file 'current/maps/re.map'.\n`;
  const [message] = readHaproxyMessages(line);
  expect(message).toMatchObject({ line: 8, file: 'maps/re.map', fileLine: 3, proxy: 'f' });
  expect(message?.text).not.toContain('current/');
});

test('a line of a backend, and nothing at all', () => {
  expect(
    readHaproxyMessages(
      `[ALERT]    (1) : config : parsing [current/haproxy.cfg:12] : unknown keyword 'bogus' in 'backend' section\n${end}`,
    ),
  ).toEqual([{ text: "unknown keyword 'bogus' in 'backend' section", line: 12, file: undefined, fileLine: undefined, proxy: undefined }]);
  expect(readHaproxyMessages(head)).toEqual([]);
});
