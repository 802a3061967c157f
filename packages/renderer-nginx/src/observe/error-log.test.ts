import { appendFileSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Told } from '../testing/process-bench.ts';
import { listeningLogger } from '../testing/process-bench.ts';
import { ErrorLog } from './error-log.ts';
import { parseErrorLogLine } from './error-log-line.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-log-test-'));
  path = join(folder, 'error.log');
});
afterEach(() => rmSync(folder, { recursive: true }));

const refused =
  '2026/11/25 02:26:28 [error] 12#34: *56 connect() failed (111: Connection refused) while connecting to upstream, client: 127.0.0.1, server: a.test, request: "GET /x?a=1, b HTTP/1.1", upstream: "http://127.0.0.1:1/x", host: "a.test", referrer: "http://r.test/"';

function line(level: string, text: string): string {
  return `2026/11/25 02:26:28 [${level}] 1#1: ${text}\n`;
}

describe('a line', () => {
  test('is read with its facts', () => {
    expect(parseErrorLogLine(refused)).toEqual({
      level: 'error',
      pid: 12,
      connection: 56,
      text: 'connect() failed (111: Connection refused) while connecting to upstream',
      facts: {
        client: '127.0.0.1',
        server: 'a.test',
        request: 'GET /x?a=1, b HTTP/1.1',
        upstream: 'http://127.0.0.1:1/x',
        host: 'a.test',
        referrer: 'http://r.test/',
      },
    });
  });

  test('of another kind is none', () => {
    expect(parseErrorLogLine('stack traceback:')).toBeUndefined();
    expect(parseErrorLogLine(line('notice', 'start worker processes').trimEnd())).toMatchObject({
      level: 'notice',
      connection: undefined,
      facts: {},
    });
  });
});

describe('what is told', () => {
  async function told(...texts: readonly string[]): Promise<Told[]> {
    const heard: Told[] = [];
    writeFileSync(path, line('error', 'of an earlier run'));
    const log = new ErrorLog(path, listeningLogger(heard));
    await log.start();
    for (const text of texts) {
      appendFileSync(path, text);
      await log.look();
    }
    await log.stop();
    return heard;
  }

  test('is what is new, as fields beside a constant message', async () => {
    expect(await told(`${refused}\n`)).toEqual([
      {
        level: 'warn',
        message: 'nginx reported',
        fields: expect.objectContaining({ severity: 'error', pid: 12, connection: 56, client: '127.0.0.1' }),
      },
    ]);
  });

  test('is as bad as it is: nginx itself, or its clients', async () => {
    const all = await told(
      line('emerg', 'a'),
      line('alert', 'b'),
      line('crit', 'c'),
      line('error', 'd'),
      line('warn', 'e'),
      line('notice', 'f'),
    );
    expect(all.map(({ level }) => level)).toEqual(['error', 'error', 'error', 'warn', 'warn']);
  });

  test('is not what follows from connections that are cut, which is told already', async () => {
    expect(await told(line('alert', '*13 open socket #17 left in connection 9'), line('alert', 'aborting'))).toEqual([]);
  });

  test('of notices is who stops nginx', async () => {
    const all = await told(
      line('notice', 'signal 15 (SIGTERM) received from 1, exiting'),
      line('notice', `signal 3 (SIGQUIT) received from ${process.pid}, shutting down`),
    );
    expect(all).toMatchObject([{ level: 'info', fields: { text: 'signal 15 (SIGTERM) received from 1, exiting' } }]);
  });

  test('waits for the end of a line, and has tracebacks with what they belong to', async () => {
    const [begin, end] = [refused.slice(0, 40), `${refused.slice(40)}\n`];
    const all = await told(
      begin,
      end,
      line('error', 'lua entry thread aborted: runtime error: x').trimEnd(),
      '\nstack traceback:\n\t[C]: in function\n',
    );
    expect(all.map(({ fields }) => fields?.['text'])).toEqual([
      'connect() failed (111: Connection refused) while connecting to upstream',
      'lua entry thread aborted: runtime error: x\nstack traceback:\n\t[C]: in function',
    ]);
  });

  test('of many similar lines is some, and their number', async () => {
    const all = await told(Array.from({ length: 50 }, (_, index) => line('error', `open() "/x${index}" failed (${index})`)).join(''));
    expect(all).toHaveLength(6);
    expect(all.at(-1)).toMatchObject({ message: 'nginx reported more of the same', fields: { similarLines: 45 } });
  });

  test('of a flood is a bounded number, and its end is told', async () => {
    const all = await told(
      Array.from({ length: 40_000 }, (_, index) =>
        line('error', `kind${String.fromCharCode(97 + (index % 26))} ${'x'.repeat(index % 50)} ${'y'.repeat(50)}`),
      ).join(''),
    );
    expect(all.length).toBeLessThan(1000);
    expect(all).toContainEqual(expect.objectContaining({ message: 'a part of the error log of nginx is left out' }));
  });
});

describe('the file', () => {
  test('that is moved away or emptied is read on from its start', async () => {
    const heard: string[] = [];
    const log = new ErrorLog(path, listeningLogger([]));
    log.listen(({ text }) => void heard.push(text));
    await log.start();
    appendFileSync(path, line('error', 'one'));
    await log.look();
    renameSync(path, `${path}.1`);
    await log.look();
    appendFileSync(path, line('error', 'two'));
    await log.look();
    writeFileSync(path, line('error', '3'));
    await log.look();
    await log.stop();
    expect(heard).toEqual(['one', 'two', '3']);
  });

  test('that grows large is emptied', async () => {
    const log = new ErrorLog(path, listeningLogger([]));
    await log.start();
    appendFileSync(path, line('notice', 'x'.repeat(1000)).repeat(9000));
    await log.look();
    expect(statSync(path).size).toBe(0);
    const heard: string[] = [];
    log.listen(({ text }) => void heard.push(text));
    appendFileSync(path, line('error', 'after'));
    await log.look();
    await log.stop();
    expect(heard).toEqual(['after']);
  });
});
