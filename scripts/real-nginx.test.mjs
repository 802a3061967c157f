import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { installCommand, installPackages, installRefusal } from './debian-packages.mjs';
import { ensureNginx, missingNginx, nginxInstallCommand } from './real-nginx.mjs';

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

describe('what is missing', () => {
  test('everything', () => {
    expect(missingNginx([join(folder, 'nginx')])).toBe('there is no nginx');
  });

  test('one after the other', () => {
    const nginx = fakeNginx(0);
    expect(missingNginx(['/nowhere/nginx', nginx], [folder])).toMatch(/has no Lua module/);
    for (const name of ['modules/ndk_http_module.so', 'modules/ngx_http_lua_module.so', 'resty/core.lua']) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      expect(missingNginx(['/nowhere/nginx', nginx], [folder])).toBeDefined();
      writeFileSync(join(folder, name), '');
    }
    expect(missingNginx(['/nowhere/nginx', nginx], [folder])).toBeUndefined();
    expect(missingNginx([fakeNginx(1)], [folder])).toMatch(/does not load its Lua module: refused/);
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
    expect(ensureNginx(surroundings([undefined]))).toBeUndefined();
    expect([said, installed]).toEqual([[], []]);
  });

  test('what is missing is installed, and that is said', () => {
    expect(ensureNginx(surroundings(['there is no nginx', undefined]))).toBeUndefined();
    expect(said).toEqual(['Installing nginx-light and libnginx-mod-http-lua (apt-get), since there is no nginx …']);
    expect(installed).toEqual([['nginx-light', 'libnginx-mod-http-lua']]);
  });

  test('where it cannot be, nothing is tried', () => {
    const refused = () => 'installing needs root';
    expect(ensureNginx(surroundings(['there is no nginx'], { refused }))).toBe('there is no nginx, and installing needs root');
    expect(installed).toEqual([]);
  });

  test('an installation that fails is told', () => {
    const install = () => {
      throw new Error('apt-get update failed');
    };
    expect(ensureNginx(surroundings(['there is no nginx'], { install }))).toBe(
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
  expect(nginxInstallCommand).toBe(installCommand(['nginx-light', 'libnginx-mod-http-lua']));
  expect(nginxInstallCommand).toMatch(/apt-get install --no-install-recommends nginx-light libnginx-mod-http-lua$/);
});
