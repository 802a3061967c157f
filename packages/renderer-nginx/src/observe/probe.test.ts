import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { testedNginx } from '../testing/process-bench.ts';
import { missingNginx, probeNginx } from './probe.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'sluice-probe-test-'))));
afterEach(() => rmSync(folder, { recursive: true }));

/** A program that says what an nginx says of itself, and `then` when it is run. */
function pretend(version: string, built: string, then = 'exit 1'): string {
  const path = join(folder, 'nginx');
  const script = `#!/bin/sh\nif [ "$1" = -V ]; then echo "nginx version: ${version}" >&2; echo "configure arguments: ${built}" >&2; exit 0; fi\n${then}\n`;
  writeFileSync(path, script, { mode: 0o755 });
  return path;
}

describe('an nginx that is there', () => {
  test.skipIf(testedNginx === undefined)('tells what it can do (needs nginx)', () => {
    const found = probeNginx({ binary: testedNginx?.path, lua: 'auto' });
    expect(found?.capabilities).toMatchObject({ version: expect.stringMatching(/^1\.\d+\.\d+$/), http2: true, stubStatus: true });
    const off = probeNginx({ binary: testedNginx?.path, lua: 'off' });
    expect(off?.capabilities.lua).toEqual({ found: false, because: 'it is turned off' });
  });

  test('has Lua when the libraries run, built in as well', () => {
    const binary = pretend('openresty/1.25.3.1', '--with-http_v2_module --add-module=../ngx_lua-0.10.26', 'echo "lua works" >&2');
    expect(probeNginx({ binary, lua: 'auto' })?.capabilities).toMatchObject({
      version: '1.25.3',
      http2: true,
      stubStatus: false,
      lua: { found: true, modules: [] },
    });
  });

  test('has none when they do not run, and says why', () => {
    for (const name of ['ndk_http_module.so', 'ngx_http_lua_module.so']) writeFileSync(join(folder, name), '');
    const binary = pretend(
      'nginx/1.22.1',
      `--modules-path=${folder}`,
      'echo "nginx: 2026/01/01 00:00:00 [emerg] 1#1: dlopen() failed" >&2; exit 1',
    );
    expect(probeNginx({ binary, lua: 'auto' })?.capabilities.lua).toEqual({ found: false, because: 'Lua does not run: dlopen() failed' });
  });

  test('has none when the module is not installed', () => {
    const binary = pretend('nginx/1.22.1', `--modules-path=${folder}`);
    expect(probeNginx({ binary, lua: 'auto' })?.capabilities.lua).toMatchObject({
      found: false,
      because: expect.stringContaining('libnginx-mod-http-lua'),
    });
  });

  test('is asked once', () => {
    const binary = pretend('nginx/1.22.1', '', '');
    expect(probeNginx({ binary, lua: 'auto' })).toBe(probeNginx({ binary, lua: 'auto' }));
  });
});

describe('none', () => {
  test('is found where there is no file, or something else', () => {
    expect(probeNginx({ binary: join(folder, 'absent'), lua: 'auto' })).toBeUndefined();
    writeFileSync(join(folder, 'cat'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    expect(probeNginx({ binary: join(folder, 'cat'), lua: 'auto' })).toBeUndefined();
    expect(missingNginx('/x/nginx').message).toContain('/x/nginx is not an nginx');
    expect(missingNginx(undefined).code).toBe('SLU3002');
  });

  test('that the PATH names first is another one than the usual', () => {
    const binary = pretend('nginx/1.99.0', '');
    vi.stubEnv('PATH', folder);
    expect(probeNginx({ binary: undefined, lua: 'off' })).toMatchObject({ path: binary, capabilities: { version: '1.99.0' } });
  });
});
