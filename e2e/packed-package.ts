import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { linkPackages, packageFolders, readManifest } from './linked-packages.ts';

const run = promisify(execFile);

/** A package as the registry would get it. */
export interface PackedPackage {
  readonly name: string;
  readonly tarball: string;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** `npm pack`: needs no network. */
export async function packPackage(name: string, destination: string): Promise<PackedPackage> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination];
  const { stdout } = await run('npm', args, { cwd: packageFolders.get(name), shell: process.platform === 'win32' });
  const [report] = JSON.parse(stdout) as { readonly filename: string; readonly files: readonly { readonly path: string }[] }[];
  if (report === undefined) throw new Error(`npm pack reported nothing about ${name}`);
  return { name, tarball: join(destination, report.filename), files: report.files.map(({ path }) => path) };
}

/**
 * Installs a package into a project without the network: the package and those of ours that it needs from their tarballs,
 * what others made as links into the checkout. Nothing that no manifest asks for is there.
 */
export async function installPackage(project: string, name: string, packed: ReadonlyMap<string, PackedPackage>): Promise<void> {
  const installed = new Set<string>();
  const install = async (wanted: string): Promise<void> => {
    if (installed.has(wanted)) return;
    installed.add(wanted);
    const ours = packed.get(wanted);
    if (ours === undefined) return linkPackages(project, [wanted]);
    for (const dependency of await unpack(project, ours)) await install(dependency);
  };
  await install(name);
}

/** Returns the names of what the package needs. */
async function unpack(project: string, { name, tarball }: PackedPackage): Promise<readonly string[]> {
  const folder = join(project, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', folder]);
  const { dependencies, peerDependencies } = readManifest(folder);
  return Object.keys({ ...dependencies, ...peerDependencies });
}

/** What plain Node.js sees when it imports a package from a project. */
export async function exportsOf(project: string, name: string): Promise<readonly string[]> {
  const script = `console.log(JSON.stringify(Object.keys(await import(${JSON.stringify(name)}))));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: project, env: {} });
  return JSON.parse(stdout) as string[];
}
