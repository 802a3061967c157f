import { Command } from 'commander';
import { expect, test } from 'vitest';
import { flagTexts, withIngressNginxFlags } from './ingress-nginx-options.ts';

function command(): Command {
  const made = new Command('run').exitOverride().configureOutput({ writeErr: () => {}, writeOut: () => {} });
  made.option('--http <addr>', 'where to listen').option('--kubeconfig <file>', 'how to reach the cluster');
  return withIngressNginxFlags(made);
}

function parsed(...args: readonly string[]): Record<string, string> {
  const made = command();
  made.parse([...args], { from: 'user' });
  return Object.fromEntries(flagTexts(made));
}

test.each([
  [['--watch-namespace=shop'], { 'watch-namespace': 'shop' }],
  [['--watch-namespace', 'shop'], { 'watch-namespace': 'shop' }],
  [['--watch-namespace='], { 'watch-namespace': '' }],
  [['--update-status'], { 'update-status': 'true' }],
  [['--update-status=false'], { 'update-status': 'false' }],
  [['--update-status', '--profiling=true'], { 'update-status': 'true', profiling: 'true' }],
  [['-v=2'], { v: '2' }],
  [['--v=2'], { v: '2' }],
  [['-v', '2'], { v: '2' }],
  [['--log_dir=/tmp', '--skip_headers'], { log_dir: '/tmp', skip_headers: 'true' }],
  [['--election-id=a', '--election-id=b'], { 'election-id': 'b' }],
  [['--http=:80', '--kubeconfig=/k'], {}],
  [[], {}],
])('%j', (args, texts) => {
  expect(parsed(...args)).toEqual(texts);
});

test('a name that is nearly one of them is an error that says so', () => {
  expect(() => parsed('--watch-namespce', 'shop')).toThrow(/unknown option.*\n.*--watch-namespace\?/);
});

test('a flag without its value is an error', () => {
  expect(() => parsed('--watch-namespace')).toThrow(/argument missing/);
});

test('the help lists own flags one a line, those of ingress-nginx together below', () => {
  let help = '';
  const made = command().configureOutput({ writeOut: (text) => (help += text) });
  made.outputHelp();
  const lines = help.split('\n');
  expect(lines.filter((line) => /^ {2}--\S+ <\w+> +\w/.test(line))).toHaveLength(2);
  expect(lines.length).toBeLessThan(45);
  expect(help).toMatch(/These mean what they mean there:[^:]* --publish-service /);
  expect(help).toMatch(/no effect[^:]*:[^:]* --sync-rate-limit/);
  expect(help).toMatch(/refused[^:]*:[^:]* --health-check-path/);
  expect(help).toContain('docs/flags.md');
});
