import { readFileSync } from 'node:fs';
import { checkReport, explainReport } from '@sluice/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hostTo, ingress, ingressClass, served, tlsSecret } from './manifest.ts';
import { certificateFor } from './certificates.ts';
import { sluice } from './sluice-command.ts';
import { TemporaryFolder } from './temporary-folder.ts';

const folder = new TemporaryFolder();
const ESCAPE = '\u001B';

beforeAll(async () => {
  const shop = [ingressClass(), ...served('web', 9001), hostTo('shop.test', 'web')];
  const rules = [{ host: 'tls.test', paths: [{ service: 'web' }] }];
  const secured = ingress({ name: 'secured', rules, tls: [{ hosts: ['tls.test'], secretName: 'cert' }] });
  const annotations = {
    'nginx.ingress.kubernetes.io/whitelist-source-range': '10.0.0.0/8',
    'nginx.ingress.kubernetes.io/limit-rps': '5',
  };
  const guarded = ingress({ name: 'guarded', annotations, rules: [{ host: 'guarded.test', paths: [{ service: 'web' }] }] });
  folder.writeObjects('good/shop.yaml', [...shop, guarded, secured, tlsSecret('cert', await certificateFor('tls.test'))]);
  folder.writeObjects('bad/shop.yaml', [...shop, hostTo('lost.test', 'missing')]);
  folder.writeObjects('risky/shop.yaml', [
    ...shop,
    ingress({
      name: 'annotated',
      annotations: { 'nginx.ingress.kubernetes.io/enable-modsecurity': 'true' },
      rules: [{ host: 'a.test', paths: [] }],
    }),
  ]);
});

afterAll(() => folder.remove());

describe('check', () => {
  test('says nothing about manifests that are right but what holds for every request, and ends with 0', async () => {
    const { status, stdout, stderr } = await sluice(['check', folder.at('good')]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '0 errors, 0 warnings, 1 info\n' });
    expect(stdout).toMatch(/^info SLU3007 .*\n$/);
  });

  test('tells errors one a line and ends with 1', async () => {
    const { status, stdout, stderr } = await sluice(['check', folder.at('bad')]);
    expect(stdout).toMatch(
      /^error SLU1301 Ingress default\/lost\.test spec\.rules\[0\]\.http\.paths\[0\]\.backend\.service: Service default\/missing does not exist \(help: .*\)\ninfo SLU3007 .*\n$/,
    );
    expect(stderr).toBe('1 error, 0 warnings, 1 info\n');
    expect(status).toBe(1);
  });

  test('ends with 1 for warnings only when it is strict', async () => {
    const warned = await sluice(['check', folder.at('risky')]);
    expect(warned.stdout).toMatch(/^warning SLU1501 Ingress default\/annotated /);
    expect(warned.status).toBe(0);
    expect((await sluice(['check', folder.at('risky'), '--strict'])).status).toBe(1);
  });

  test('prints JSON with everything that text has', async () => {
    const { stdout, status } = await sluice(['check', folder.at('bad', 'shop.yaml'), '--format', 'json']);
    const report = checkReport.parse(JSON.parse(stdout));
    expect(report).toMatchObject({ backend: 'node', counts: { error: 1, warning: 0, info: 1 } });
    const fields = ['code', 'field', 'help', 'message', 'object', 'severity'];
    expect(report.diagnostics.map((found) => Object.keys(found).toSorted())).toEqual([fields, fields]);
    expect(status).toBe(1);
  });

  test('a path that does not exist is an error', async () => {
    const { stdout, status } = await sluice(['check', folder.at('absent')]);
    expect(stdout).toMatch(/^error SLU1005 Directory /);
    expect(status).toBe(1);
  });
});

describe('explain', () => {
  const explain = (url: string, ...more: readonly string[]) => sluice(['explain', url, '--manifests', folder.at('good'), ...more]);

  test('tells where a request goes and why, and ends with 0', async () => {
    const { status, stdout, stderr } = await explain('http://shop.test/a/../b');
    expect(stdout).toContain('GET http://shop.test/a/../b');
    expect(stdout).toContain('→ forwarded to default/web:80');
    expect(stdout).toContain('matched as /b');
    expect(stdout).toContain('endpoint 127.0.0.1:9001');
    expect(stdout).not.toContain(ESCAPE);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  test('ends with 1 where no rule and no default backend takes the request', async () => {
    const { status, stdout } = await explain('http://nobody.test/');
    expect(stdout).toContain('→ 404');
    expect(status).toBe(1);
  });

  test('takes the host from a header and the method from a flag', async () => {
    const { stdout } = await explain('http://127.0.0.1/x', '-X', 'POST', '-H', 'Host: tls.test', '--format', 'json');
    expect(explainReport.parse(JSON.parse(stdout))).toMatchObject({
      method: 'POST',
      outcome: 'redirect',
      status: 308,
      location: 'https://tls.test/x',
      routed: true,
    });
  });

  test('takes the address of the client from a flag, and says what else may happen', async () => {
    const { stdout } = await explain('http://guarded.test/', '--from', '192.0.2.1');
    expect(stdout).toContain('→ 403');
    const { stdout: inside } = await explain('http://guarded.test/', '--from', '10.1.2.3', '--format', 'json');
    expect(explainReport.parse(JSON.parse(inside))).toMatchObject({
      outcome: 'forward',
      conditions: [
        { step: 'limit', statuses: [503], object: 'Ingress default/guarded' },
        { step: 'upstream', statuses: [502, 504] },
      ],
    });
    expect((await explain('http://guarded.test/', '--from', 'somewhere')).status).toBe(2);
  });
});

describe('render', () => {
  test('prints the table of the backend, without keys', async () => {
    const { status, stdout } = await sluice(['render', folder.at('good'), '--backend', 'node']);
    expect(JSON.parse(stdout)).toMatchObject({ digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(stdout).toContain('[redacted]');
    expect(stdout).not.toContain('PRIVATE KEY');
    expect(status).toBe(0);
  });

  test('writes files where it is told to; stdout stays empty', async () => {
    const { status, stdout, stderr } = await sluice(['render', folder.at('bad'), '--backend', 'node', '--out', folder.at('out')]);
    expect(stdout).toBe('');
    expect(stderr).toContain(folder.at('out', 'table.json'));
    expect(JSON.parse(readFileSync(folder.at('out', 'table.json'), 'utf8'))).toHaveProperty('model');
    expect(status).toBe(1);
  });

  test('gives the same bytes for the same manifests', async () => {
    const render = () => sluice(['render', folder.at('good'), '--backend', 'node']);
    expect((await render()).stdout).toBe((await render()).stdout);
  });
});

describe('version and help', () => {
  test('version names the program and its plugins', async () => {
    const { status, stdout } = await sluice(['version', '--format', 'json']);
    const names = (JSON.parse(stdout) as { readonly plugins: readonly { readonly name: string }[] }).plugins.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['directory', 'node', 'nginx', 'haproxy', 'metrics']));
    expect(status).toBe(0);
  });

  test('version names the proxies of this machine', async () => {
    const { stdout } = await sluice(['version', '--format', 'json']);
    const { proxies } = JSON.parse(stdout) as {
      readonly proxies: readonly Readonly<Record<'name' | 'version' | 'path' | 'note', string>>[];
    };
    const { stdout: text } = await sluice(['version']);
    for (const { name, version, path, note } of proxies) expect(text).toContain(`${name} ${version} ${path} (${note})`);
  });

  test('help is a result', async () => {
    const { status, stdout, stderr } = await sluice(['--help']);
    expect(stdout).toMatch(/^Usage: sluice /);
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
