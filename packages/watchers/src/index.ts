import { LoggerToken, definePlugin } from '@sluice/core';
import { z } from 'zod';
import { createDirectoryWatcher } from './directory/directory-watcher.ts';

/** Watches a directory of manifests. */
export default definePlugin({
  name: 'directory',
  core: '^0.1.0',
  config: z.strictObject({ path: z.string().min(1).default('.').describe('The directory with the manifests.') }),
  register(host, { path }) {
    host.watcher((services) => createDirectoryWatcher({ path, logger: services.get(LoggerToken) }));
  },
});

export { createDirectoryWatcher } from './directory/directory-watcher.ts';
export type { DirectoryWatcherOptions } from './directory/directory-watcher.ts';
export { readManifests } from './directory/manifest-reading.ts';
export type { ReadManifests } from './directory/manifest-reading.ts';
