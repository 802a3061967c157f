import { SluiceError, coreVersion } from '@sluice/core';
import { Command, CommanderError, Option } from 'commander';
import { loadSettings, readConfigFile } from '../settings/load-settings.ts';
import type { ConfigFile, Settings } from '../settings/load-settings.ts';
import type { SettingFlags } from '../settings/flag-settings.ts';
import { parseFlagValue } from '../settings/ingress-nginx/flag-value.ts';
import { check } from './check-command.ts';
import { configSchema, configShow } from './config-command.ts';
import { explain } from './explain-command.ts';
import { INGRESS_NGINX_PROGRAM, flagTexts, withIngressNginxFlags } from './ingress-nginx-options.ts';
import { render } from './render-command.ts';
import { controllerOf, run } from './run-command.ts';
import { reportFailure } from './terminal.ts';
import type { ExitStatus } from './terminal.ts';
import { version } from './version-command.ts';

const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];

const backendFlag = (): Option => new Option('--backend <name>', 'backend that serves: node, or that of a plugin');
const formatFlag = (): Option =>
  new Option('--format <format>', 'text for people, json for scripts').choices(['text', 'json']).default('text');
const configFlag = (): Option => new Option('--config <file>', 'configuration file (.yaml, .json, .ts or .js)');

/** Flags that stand for settings, shared by `run` and `config show`. */
function withSettings(command: Command): Command {
  const own = command
    .addOption(configFlag())
    .addOption(backendFlag())
    .option('--manifests <dir>', 'directory of manifests to watch; the cluster is watched as well when it is named too')
    .option('--kubeconfig <file>', 'how to reach the cluster; in a pod its service account, else KUBECONFIG or ~/.kube/config')
    .option('--http <addr>', 'HOST:PORT or :PORT for plain HTTP; may repeat', collect)
    .option('--https <addr>', 'HOST:PORT or :PORT for HTTPS; may repeat', collect)
    .option('--admin <addr>', 'address of the admin server')
    .option('--data <dir>', 'folder for generated files and the last good generation')
    .option('--log-level <level>', 'debug, info, warn, error or silent')
    .option('--log-format <format>', 'json or pretty');
  return withIngressNginxFlags(own);
}

/** What such a command was given. */
function settingFlags(command: Command): SettingFlags {
  return { ...command.opts<SettingFlags>(), ingressNginx: flagTexts(command) };
}

type NamedConfigFile = ConfigFile & { readonly path?: string };

async function configFile({ config = process.env['SLUICE_CONFIG'] }: SettingFlags): Promise<NamedConfigFile> {
  return config === undefined ? { kind: 'settings', tree: {} } : { ...(await readConfigFile(config)), path: config };
}

async function settingsOf(flags: SettingFlags): Promise<Settings> {
  return settingsFrom(flags, await configFile(flags));
}

function settingsFrom(flags: SettingFlags, file: NamedConfigFile): Promise<Settings> {
  if (file.kind === 'controller')
    throw new SluiceError('SLU2002', `${file.path ?? 'the configuration'} holds a composed controller: only sluice run can use it`);
  return loadSettings({ ...flags, ...(file.path !== undefined && { config: file.path }) }, process.env, file.tree);
}

async function runCommand(flags: SettingFlags): Promise<ExitStatus> {
  const given = flags.ingressNginx ?? new Map<string, string>();
  if (parseFlagValue('bool', given.get('version') ?? 'false') === true) return version(false);
  const file = await configFile(flags);
  if (file.kind === 'settings') return run(await controllerOf(await settingsFrom(flags, file)));
  if (given.size > 0)
    throw new SluiceError(
      'SLU2001',
      `${file.path ?? 'the configuration'} holds a composed controller, which takes no flags of ingress-nginx`,
    );
  return run(file.controller);
}

interface ExplainFlags {
  readonly manifests: string;
  readonly method: string;
  readonly header?: readonly string[];
  readonly from: string;
  readonly backend?: string;
  readonly config?: string;
  readonly format: string;
}

function program(done: (status: ExitStatus) => void): Command {
  const root = new Command('sluice')
    .description('Kubernetes ingress controller: one routing model, any proxy underneath')
    .version(coreVersion)
    .exitOverride();
  const served = 'serve a cluster, or a directory of manifests, until SIGTERM or SIGINT';
  withSettings(root.command('run').description(served)).action(async (_flags: unknown, command: Command) =>
    done(await runCommand(settingFlags(command))),
  );
  root
    .command('check <path...>')
    .description('say what is wrong with manifests; status 1 when there are errors')
    .addOption(backendFlag())
    .addOption(configFlag())
    .option('--strict', 'status 1 for warnings too')
    .addOption(formatFlag())
    .action(async (paths: string[], flags: SettingFlags & { strict?: boolean; format: string }) =>
      done(await check(paths, await settingsOf(flags), { strict: flags.strict === true, json: flags.format === 'json' })),
    );
  root
    .command('render <path...>')
    .description('print what a backend would load')
    .addOption(backendFlag().env('SLUICE_BACKEND').makeOptionMandatory())
    .addOption(configFlag())
    .option('--out <dir>', 'write files there instead of printing')
    .action(async (paths: string[], flags: SettingFlags & { out?: string }) =>
      done(await render(paths, await settingsOf(flags), flags.out)),
    );
  root
    .command('explain <url>')
    .description('tell what happens to a request and why; status 1 when nothing takes it')
    .addOption(new Option('--manifests <dir>', 'directory or file of manifests').env('SLUICE_MANIFESTS').makeOptionMandatory())
    .option('-X, --method <method>', 'request method', 'GET')
    .option('-H, --header <header>', "'Name: value'; may repeat", collect)
    .option('--from <address>', 'IP address of the client', '127.0.0.1')
    .addOption(backendFlag())
    .addOption(configFlag())
    .addOption(formatFlag())
    .action(async (url: string, { manifests, method, header = [], from, format, ...flags }: ExplainFlags) =>
      done(await explain(url, await settingsOf(flags), { manifests, method, headers: header, from, json: format === 'json' })),
    );
  const config = root.command('config').description('show the configuration');
  config
    .command('schema')
    .description('JSON Schema of the configuration file')
    .action(() => done(configSchema()));
  const shown = 'every setting and where it came from';
  withSettings(config.command('show').description(shown)).action(async (_flags: unknown, command: Command) =>
    done(configShow(await settingsOf(settingFlags(command)))),
  );
  root
    .command('version')
    .description('versions of sluice and its plugins')
    .addOption(formatFlag())
    .action(({ format }: { format: string }) => done(version(format === 'json')));
  return root;
}

/** The arguments of an ingress-nginx Deployment begin with its program: they run the controller. */
function commandOf([first, ...rest]: readonly string[]): string[] {
  return first === undefined ? [] : [first === INGRESS_NGINX_PROGRAM ? 'run' : first, ...rest];
}

/** Runs the command line; the exit status is set on the process. */
export async function main(argv: readonly string[]): Promise<void> {
  let status: ExitStatus = 0;
  try {
    await program((value) => (status = value)).parseAsync(commandOf(argv), { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) status = error.exitCode === 0 ? 0 : 2;
    else status = reportFailure(error);
  }
  process.exitCode = status;
}

// A reader that has seen enough (`| head`) is not a failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
await main(process.argv.slice(2));
