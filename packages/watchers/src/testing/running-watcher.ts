import { silentLogger } from '@sluice/core';
import { createDirectoryWatcher } from '../directory/directory-watcher.ts';
import { RecordingSink } from './recording-sink.ts';

const stops: (() => Promise<void>)[] = [];

/** Starts a watcher that `stopWatchers` ends, for tests. */
export function startWatcher(path: string): RecordingSink {
  const sink = new RecordingSink();
  const abort = new AbortController();
  const running = createDirectoryWatcher({ path, logger: silentLogger }).run(sink, abort.signal);
  stops.push(async () => {
    abort.abort();
    await running;
  });
  return sink;
}

/** Ends every watcher that was started. */
export async function stopWatchers(): Promise<void> {
  for (const stop of stops.splice(0)) await stop();
}
