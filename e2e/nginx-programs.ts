import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './linked-packages.ts';

/** A program that suites need, or why it is not there and what would bring it. */
export type Program = { readonly binary: string } | { readonly missing: string; readonly install: string };

function ask(script: string): { readonly binary?: string; readonly missing?: string; readonly install?: string } {
  const output = execFileSync(process.execPath, [join(root, 'scripts', script)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output) as ReturnType<typeof ask>;
}

function answered({ binary = 'nginx', missing, install = '' }: ReturnType<typeof ask>): Program {
  return missing === undefined ? { binary } : { missing, install };
}

/** The nginx of the machine, with its Lua module. */
export function machineNginx(): Program {
  return answered(ask('real-nginx.mjs'));
}

/** nginx 1.26.3 with Lua 0.10.28, as Debian 13 has them. Unpacked on first use, which takes some seconds. */
export function newerNginx(): Program {
  return answered(ask('newer-nginx.mjs'));
}

/** Options for a suite that cannot run without the program; its title says what is missing. */
export function needing(program: Program, title: string): { readonly skip: boolean; readonly title: string } {
  if ('binary' in program) return { skip: false, title };
  return { skip: true, title: `${title} (${program.missing}; ${program.install})` };
}
