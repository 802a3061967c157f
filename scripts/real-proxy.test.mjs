import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { installCommand, installPackages, installRefusal } from './debian-packages.mjs';
import { missingHaproxy } from './real-haproxy.mjs';
import { missingNginx } from './real-nginx.mjs';
import { ensureProxy, proxyInstallCommand } from './real-proxy.mjs';

let folder;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-scripts-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program in the place of nginx: -V tells of its modules, anything else ends as the test says. */
function fakeNginx(status) {
  const path = join(folder, 'nginx');
  const script = `#!/bin/sh\n[ "$1" = -v ] && exit 0\n[ "$1" = -V ] && echo "configure arguments: --modules-path=${folder}/modules" >&2 && exit 0\necho refused >&2\nexit ${status}\n`;
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  return path;
}

describe('what nginx lacks', () => {
  test('everything', () => {
    expect(missingNginx([join(folder, 'nginx')])).toBe('there is no nginx');
  });

  test('one after the other', () => {
    const nginx = fakeNginx(0);
    const modules = ['ndk_http', 'ngx_http_lua', 'ngx_http_brotli_filter', 'ngx_stream'];
    const files = modules.map((name) => `modules/${name}_module.so`);
    expect(missingNginx(['/nowhere/nginx', nginx], [folder])).toMatch(/has no module/);
    for (const name of [...files, 'resty/core.lua']) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      expect(missingNginx(['/nowhere/nginx', nginx], [folder])).toBeDefined();
      writeFileSync(join(folder, name), '');
    }
    expect(missingNginx(['/nowhere/nginx', nginx], [folder])).toBeUndefined();
    expect(missingNginx([fakeNginx(1)], [folder])).toMatch(/does not load its Lua module: refused/);
  });
});

describe('what HAProxy lacks', () => {
  const whole = 'HAProxy version 3.0.11 2026/01/02\nRunning on OpenSSL version : OpenSSL 3.0.19\nBuilt with Lua version : Lua 5.3.6\n';

  test.each([
    ['nothing', whole, undefined],
    ['nothing, of the oldest', whole.replace('3.0.11', '2.6.12-1'), undefined],
    ['youth', whole.replace('3.0.11', '2.4.30'), /is HAProxy 2\.4, which is older than 2\.6$/],
    ['Lua', whole.replace(/^Built.*\n/m, ''), /was built without Lua$/],
    ['TLS', whole.replace(/^Running.*\n/m, ''), /was built without OpenSSL$/],
    ['its own name', 'something else\n', /which is older than/],
  ])('%s', (_name, printed, expected) => {
    const path = join(folder, 'haproxy');
    writeFileSync(path, `#!/bin/sh\n[ "$1" = -vv ] && cat <<'END'\n${printed}END\n`, { mode: 0o755 });
    const lack = missingHaproxy(['/nowhere/haproxy', path]);
    if (expected === undefined) expect(lack).toBeUndefined();
    else expect(lack).toMatch(expected);
  });

  test('everything', () => {
    expect(missingHaproxy([join(folder, 'haproxy')])).toBe('there is no HAProxy');
  });
});

describe('bringing it', () => {
  const said = [];
  const installed = [];
  const surroundings = (answers, more = {}) => ({
    missing: () => answers.shift(),
    refused: () => undefined,
    install: (packages) => installed.push(packages),
    say: (text) => said.push(text),
    ...more,
  });

  beforeEach(() => {
    said.length = 0;
    installed.length = 0;
  });

  test('what is there is not spoken of', () => {
    expect(ensureProxy('nginx', surroundings([undefined]))).toBeUndefined();
    expect([said, installed]).toEqual([[], []]);
  });

  test('what is missing is installed, and that is said', () => {
    expect(ensureProxy('nginx', surroundings(['there is no nginx', undefined]))).toBeUndefined();
    expect(said).toEqual([
      'Installing nginx-light and libnginx-mod-http-lua and libnginx-mod-http-brotli-filter and libnginx-mod-stream (apt-get), since there is no nginx …',
    ]);
    expect(installed).toEqual([['nginx-light', 'libnginx-mod-http-lua', 'libnginx-mod-http-brotli-filter', 'libnginx-mod-stream']]);
  });

  test('each proxy has its packages', () => {
    expect(ensureProxy('haproxy', surroundings(['there is no HAProxy', undefined]))).toBeUndefined();
    expect(said).toEqual(['Installing haproxy (apt-get), since there is no HAProxy …']);
    expect(installed).toEqual([['haproxy']]);
  });

  test('where it cannot be, nothing is tried', () => {
    const refused = () => 'installing needs root';
    expect(ensureProxy('nginx', surroundings(['there is no nginx'], { refused }))).toBe('there is no nginx, and installing needs root');
    expect(installed).toEqual([]);
  });

  test('an installation that fails is told', () => {
    const install = () => {
      throw new Error('apt-get update failed');
    };
    expect(ensureProxy('nginx', surroundings(['there is no nginx'], { install }))).toBe(
      'there is no nginx, and it could not be installed: apt-get update failed',
    );
  });
});

test('who may install', () => {
  expect(installRefusal({ debian: true, root: true })).toBeUndefined();
  expect(installRefusal({ debian: true, root: false })).toBe('installing needs root');
  expect(installRefusal({ debian: false, root: true })).toBe('this machine is not Debian or Ubuntu');
});

test('the lists are fetched once, then all packages are installed, and nothing asks anybody', () => {
  const runs = [];
  installPackages(
    ['one', 'two'],
    (command, args, env) => runs.push([command, args.slice(4), env.DEBIAN_FRONTEND]),
    join(folder, 'policy-rc.d'),
  );
  expect(runs).toEqual([
    ['apt-get', ['update'], 'noninteractive'],
    ['apt-get', ['install', '--no-install-recommends', 'one', 'two'], 'noninteractive'],
  ]);
});

test('what to type', () => {
  expect(proxyInstallCommand('nginx')).toBe(
    installCommand(['nginx-light', 'libnginx-mod-http-lua', 'libnginx-mod-http-brotli-filter', 'libnginx-mod-stream']),
  );
  expect(proxyInstallCommand('haproxy')).toBe(installCommand(['haproxy']));
  expect(proxyInstallCommand('prometheus')).toBe(installCommand(['prometheus']));
  expect(proxyInstallCommand('nginx')).toMatch(
    /apt-get install --no-install-recommends nginx-light libnginx-mod-http-lua libnginx-mod-http-brotli-filter libnginx-mod-stream$/,
  );
});
