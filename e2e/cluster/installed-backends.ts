import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { backends, programOf } from '../proxy-programs.ts';
import type { BackendChoice } from './run-plan.ts';

const program = fileURLToPath(new URL('../../apps/controller/bin/sluice.js', import.meta.url));

/**
 * The backends that are wished, or all that this checkout has a plugin for, each with what its proxy lacks on this machine. A backend without
 * a plugin is said to be not there; wishing for one is an error.
 */
export function installedBackends(wished: readonly string[] | undefined, say: (text: string) => void): readonly BackendChoice[] {
  const version = execFileSync(process.execPath, [program, 'version', '--format', 'json'], { encoding: 'utf8' });
  const plugins = (JSON.parse(version) as { readonly plugins: readonly { readonly name: string }[] }).plugins.map(({ name }) => name);
  const absent = (wished ?? backends).filter((name) => !plugins.includes(name));
  if (wished !== undefined && absent.length > 0) throw new Error(`there is no backend ${absent.join(', ')}: its plugin is not installed`);
  for (const name of absent) say(`There is no plugin of the backend ${name} yet: nothing is tested on it.`);
  return (wished ?? backends).filter((name) => plugins.includes(name)).map(choiceOf);
}

function choiceOf(name: string): BackendChoice {
  const program = programOf(name);
  return 'binary' in program ? { name } : { name, missing: `${program.missing}; ${program.install}` };
}
