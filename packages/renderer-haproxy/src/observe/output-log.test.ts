import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { listeningLogger } from '../testing/haproxy-bench.ts';
import type { Told } from '../testing/haproxy-bench.ts';
import { OutputLog } from './output-log.ts';
import { SummedStats, parseWorkerInfo } from './show-info.ts';
import { parseShowProc } from './show-proc.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-output-test-'));
  path = join(folder, 'output.log');
  writeFileSync(path, '');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('lines of requests are passed on, those of HAProxy are told, what is usual is not', async () => {
  const told: Told[] = [];
  const written: string[] = [];
  const lines: string[] = [];
  const log = new OutputLog(path, (texts) => void written.push(...texts), listeningLogger(told));
  log.listen(({ text }) => void lines.push(text));
  await log.start();
  appendFileSync(path, '[NOTICE]   (12) : New worker (13) forked\n{"status":200}\n{"sta');
  await log.look();
  appendFileSync(
    path,
    "tus\":404}\n[ALERT]    (12) : config : parsing [x:1] : \n  'crt-list' : broken\nProxy f stopped.\n[WARNING]  (13) : slow\n",
  );
  await log.look();
  await log.stop();
  expect(written.join('')).toBe('{"status":200}{"status":404}');
  expect(lines).toEqual(['New worker (13) forked', "config : parsing [x:1] : 'crt-list' : broken", 'slow']);
  expect(told.map(({ level, fields }) => [level, fields?.['text']])).toEqual([
    ['error', "config : parsing [x:1] : 'crt-list' : broken"],
    ['warn', 'slow'],
  ]);
});

test('the processes of a master are read', () => {
  const answer =
    '#<PID>          <type>          <reloads>       <uptime>        <version>      \n8048            master          3 [failed: 1]   0d00h00m01s     2.6.12\n# workers\n8051            worker          0               0d00h00m01s     2.6.12\n# old workers\n8000            worker          1               0d00h00m09s     2.6.12\n# programs\n\n';
  expect(parseShowProc(answer)).toEqual({ reloads: 3, failed: 1, workers: [8051], oldWorkers: [8000] });
  expect(parseShowProc('Unknown command')).toBeUndefined();
});

test('counters of frontends are summed, over workers too', () => {
  const answer = (pid: number, requests: number): string =>
    `Name: HAProxy\nPid: ${pid}\nCumReq: 99\n\n# pxname,svname,scur,stot,req_tot,\na,FRONTEND,1,2,${requests},\nb,FRONTEND,2,3,4,\n\n`;
  const stats = new SummedStats();
  for (const [pid, requests] of [
    [1, 3],
    [1, 6],
    [2, 1],
  ] as const) {
    const info = parseWorkerInfo(answer(pid, requests));
    if (info !== undefined) stats.add(info);
  }
  expect(stats.sum()).toEqual({ acceptedConnections: 10, activeConnections: 3, requests: 15 });
  expect(parseWorkerInfo('')).toBeUndefined();
});
