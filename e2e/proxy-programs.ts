import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './linked-packages.ts';

/** A program that suites need, or why it is not there and what would bring it. */
export type Program = { readonly binary: string } | { readonly missing: string; readonly install: string };

/** The proxies that backends run. */
export type Proxy = 'nginx' | 'haproxy';

/** The backends that there are. */
export const backends = ['node', 'nginx', 'haproxy'] as const;

export type BackendName = (typeof backends)[number];

function ask(script: string, proxy: Proxy | 'pebble' | 'prometheus'): Program {
  const output = execFileSync(process.execPath, [join(root, 'scripts', script), proxy], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { binary = proxy, missing, install = '' } = JSON.parse(output) as Partial<Record<'binary' | 'missing' | 'install', string>>;
  return missing === undefined ? { binary } : { missing, install };
}

/** The proxy of the machine, with Lua. */
export function machineProxy(proxy: Proxy): Program {
  return ask('real-proxy.mjs', proxy);
}

/** An authority that issues certificates by ACME. */
export function certificateAuthority(): Program {
  return ask('real-proxy.mjs', 'pebble');
}

/** Prometheus of the machine, and promtool beside it. */
export function machinePrometheus(): Program {
  return ask('real-proxy.mjs', 'prometheus');
}

/** What a backend needs on the machine. */
export function programOf(backend: string): Program {
  return backend === 'nginx' || backend === 'haproxy' ? machineProxy(backend) : { binary: '' };
}

/** nginx 1.26.3 with Lua 0.10.28, or HAProxy 3.0, as Debian 13 has them. Unpacked on first use, which takes some seconds. */
export function newerProxy(proxy: Proxy): Program {
  return ask('newer-proxy.mjs', proxy);
}

/** Options for a suite that cannot run without the program; its title says what is missing. */
export function needing(program: Program, title: string): { readonly skip: boolean; readonly title: string } {
  if ('binary' in program) return { skip: false, title };
  return { skip: true, title: `${title} (${program.missing}; ${program.install})` };
}
