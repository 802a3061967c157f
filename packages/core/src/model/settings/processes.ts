import type { Parsed } from '../annotations/annotation.ts';
import { addressRanges } from '../annotations/address-ranges.ts';
import { durationBetween } from './quantities.ts';
import { integerBetween, saidOnly, settingText } from './setting.ts';
import type { AnySetting, Setting, SettingGroup } from './setting.ts';

/** How a proxy runs. What is absent is up to the options of the backend. */
export interface Processes {
  readonly workers?: number | undefined;
  /** Of one worker, those to endpoints included. */
  readonly connections?: number;
  /** Of one worker. */
  readonly openFiles?: number;
  /** For connections of old workers to end after a reload. */
  readonly shutdownMs?: number;
  /** CPUs of each worker, as nginx has them; words of `0`, `1` and `auto` alone. */
  readonly cpuAffinity?: string;
  /** All connections that wait are accepted at once. */
  readonly multiAccept: boolean;
  /** Each worker has listeners of its own. */
  readonly reusePort: boolean;
  readonly ipv6: boolean;
  /** Of answers of the proxy itself. */
  readonly defaultType?: string;
}

const workers: Setting<number | undefined> = {
  key: 'worker-processes',
  standard: 'auto',
  values: 'a number, or `auto`',
  effect: 'Workers',
  parse: (text) => (text === 'auto' ? { ok: true, value: undefined } : integerBetween(1, 512)(text)),
};

const connections: Setting<number> = {
  key: 'max-worker-connections',
  standard: '16384',
  values: 'a whole number',
  effect: 'Connections of one worker',
  parse: integerBetween(64, 1_000_000),
};

const openFiles: Setting<number> = {
  key: 'max-worker-open-files',
  standard: '0',
  values: 'a whole number, 0 for as many as there may be',
  effect: 'Files that one worker may have open',
  parse: (text) => (text === '0' || text === '' ? { ok: true, value: 0 } : integerBetween(1024, 1_048_576)(text)),
};

const shutdown: Setting<number> = {
  key: 'worker-shutdown-timeout',
  standard: '240s',
  values: 'a duration',
  effect: 'How long connections of old workers may last after a reload',
  parse: durationBetween(1000, 86_400_000),
};

const affinity: Setting<string> = {
  key: 'worker-cpu-affinity',
  standard: '',
  values: '`auto`, or a mask of CPUs for each worker',
  effect: 'Binds workers to CPUs',
  parse: (text): Parsed<string> =>
    /^(?:(?:auto(?: [01]{1,64})?)|[01]{1,64}(?: [01]{1,64}){0,511})?$/.test(text)
      ? { ok: true, value: text }
      : { ok: false, reason: 'it must be auto or masks such as "0001 0010"' },
};

function flag(key: string, standard: string, effect: string): Setting<boolean> {
  return { key, standard, values: 'true or false', effect, parse: settingText.bool };
}

const multiAccept = flag('enable-multi-accept', 'true', 'Workers accept all connections that wait at once');
const reusePort = flag('reuse-port', 'true', 'Each worker has listeners of its own');
const disableIpv6 = flag('disable-ipv6', 'false', 'Listens on no address of IPv6 where all addresses are listened on');

const defaultType: Setting<string> = {
  key: 'default-type',
  standard: 'text/html',
  values: 'a media type',
  effect: 'The type of answers of the proxy itself that have none',
  parse: (text): Parsed<string> =>
    /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/.test(text) ? { ok: true, value: text } : { ok: false, reason: 'it must be a media type' },
};

const errorLogLevel: Setting<string> = {
  key: 'error-log-level',
  standard: 'notice',
  values: 'debug, info, notice, warn, error, crit, alert or emerg',
  effect: 'What the proxy tells of itself',
  parse: (text): Parsed<string> =>
    ['debug', 'info', 'notice', 'warn', 'error', 'crit', 'alert', 'emerg'].includes(text)
      ? { ok: true, value: text }
      : { ok: false, reason: 'it is no level' },
};

function ranges(key: string, standard: string, effect: string): Setting<readonly string[]> {
  return { key, standard, values: 'IP addresses and CIDR blocks between commas', effect, parse: addressRanges };
}

const bindAddress = ranges('bind-address', '', 'Addresses that are listened on');
const status4 = ranges('nginx-status-ipv4-whitelist', '127.0.0.1', 'Who may read `/nginx_status`');
const status6 = ranges('nginx-status-ipv6-whitelist', '::1', 'Who may read `/nginx_status`');

/** Sizes of tables of nginx. */
function table(key: string, standard: string): Setting<number> {
  return { key, standard, values: 'a whole number', effect: 'A size of a table of nginx', parse: integerBetween(0, 1_000_000_000) };
}

/** They say nothing that a backend has to be told by the model. */
const idle: readonly AnySetting[] = [
  errorLogLevel,
  bindAddress,
  status4,
  status6,
  table('server-name-hash-bucket-size', '0'),
  table('server-name-hash-max-size', '1024'),
  table('variables-hash-bucket-size', '256'),
  table('variables-hash-max-size', '2048'),
  table('map-hash-bucket-size', '64'),
  table('proxy-headers-hash-bucket-size', '64'),
  table('proxy-headers-hash-max-size', '512'),
];

export const processesGroup: SettingGroup<Processes> = {
  name: 'processes',
  settings: [workers, connections, openFiles, shutdown, affinity, multiAccept, reusePort, disableIpv6, defaultType, ...idle],
  read: (values) => ({
    ...saidOnly(values, 'workers', workers),
    ...saidOnly(values, 'connections', connections),
    ...saidOnly(values, 'openFiles', openFiles),
    ...saidOnly(values, 'shutdownMs', shutdown),
    ...saidOnly(values, 'cpuAffinity', affinity),
    multiAccept: values.get(multiAccept),
    reusePort: values.get(reusePort),
    ipv6: !values.get(disableIpv6),
    ...saidOnly(values, 'defaultType', defaultType),
  }),
};
