import { needing, programOf } from '../proxy-programs.ts';
import type { BackendName } from '../proxy-programs.ts';
import type { TemporaryFolder } from '../temporary-folder.ts';

/** Something that ends TLS: a backend, with or without what it may lack. */
export interface TlsTarget {
  readonly name: string;
  readonly backend: BackendName;
  readonly skip: boolean;
  /** Whether a new certificate is served without a reload. */
  readonly live: boolean;
  /** Flags of `sluice run`; what they need is written into the folder. */
  flags(folder: TemporaryFolder): readonly string[];
}

const target = (backend: BackendName, name: string = backend, settings?: object): TlsTarget => {
  const { skip, title } = needing(programOf(backend), name);
  return {
    name: title,
    backend,
    skip,
    live: settings === undefined,
    flags: (folder) => [
      '--backend',
      backend,
      ...(settings === undefined ? [] : ['--config', folder.write('sluice.json', JSON.stringify(settings))]),
    ],
  };
};

/** All that there are. */
export const tlsTargets: readonly TlsTarget[] = [
  target('node'),
  target('nginx'),
  target('nginx', 'nginx without Lua', { nginx: { lua: 'off' } }),
  target('haproxy'),
];
