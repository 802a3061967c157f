import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkAddresses, rememberPorts, resolveAddresses, showAddress } from './listen-addresses.ts';

const host = '127.0.0.1';
let data: string;
beforeEach(() => void (data = mkdtempSync(join(tmpdir(), 'sluice-ports-test-'))));
afterEach(() => rmSync(data, { recursive: true }));

test('a port is chosen where none is given, no two the same, and chosen again the next time', async () => {
  const folder = { ports: join(data, 'ports.json') };
  const asked = {
    http: [
      { host, port: 0 },
      { host, port: 0 },
      { host, port: 81 },
    ],
    https: [{ host: '', port: 0 }],
  };
  const resolved = resolveAddresses(asked, folder);
  const ports = [...resolved.http, ...resolved.https].map(({ port }) => port);
  expect(new Set(ports).size).toBe(4);
  expect(ports).not.toContain(0);
  expect(resolved.http[2]).toEqual({ host, port: 81 });
  await rememberPorts(asked, resolved, folder);
  expect(resolveAddresses(asked, folder)).toEqual(resolved);
  expect(resolveAddresses({ ...asked, https: [] }, folder)).not.toEqual(resolved);
  writeFileSync(folder.ports, 'nonsense');
  expect(resolveAddresses(asked, folder).http).toHaveLength(3);
});

test('processes that start together draw from different ports', () => {
  const asked = { http: [{ host, port: 0 }], https: [] };
  const draws = [7000, 7001].map((pid) => {
    vi.spyOn(process, 'pid', 'get').mockReturnValue(pid);
    return Array.from({ length: 50 }, () => resolveAddresses(asked, { ports: join(data, 'none') }).http[0]?.port ?? 0);
  });
  const [before = [], after = []] = draws;
  expect(before.filter((port) => after.includes(port))).toEqual([]);
  expect(Math.max(...before, ...after) - Math.min(...before, ...after)).toBeLessThan(200);
});

test('a file that cannot be written is SLU3004', async () => {
  const asked = { http: [{ host, port: 0 }], https: [] };
  await expect(rememberPorts(asked, asked, { ports: join(data, 'none', 'ports.json') })).rejects.toMatchObject({ code: 'SLU3004' });
});

test('an address in use is SLU3001, unless it is ours', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => void taken.listen(0, host, resolve));
  const address = taken.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const addresses = { http: [{ host, port }], https: [] };
  const message = expect.stringContaining(`cannot listen on ${host}:${port}`);
  await expect(checkAddresses(addresses, new Set())).rejects.toMatchObject({ code: 'SLU3001', message });
  await checkAddresses(addresses, new Set([port]));
  await new Promise((resolve) => void taken.close(resolve));
  await checkAddresses(addresses, new Set());
});

test('addresses are shown as they are written', () => {
  expect(showAddress({ host: '', port: 80 })).toBe('[::]:80');
  expect(showAddress({ host: '::1', port: 80 })).toBe('[::1]:80');
  expect(showAddress({ host, port: 80 })).toBe('127.0.0.1:80');
});
