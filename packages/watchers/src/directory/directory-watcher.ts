import { resolve } from 'node:path';
import type { Diagnostic, Logger, Sink, Watcher } from '@sluice/core';
import { messageOf } from '@sluice/core';
import { ChangeBell } from './change-bell.ts';
import { reasonOf } from './file-trouble.ts';
import { unreadableDirectory } from './finding.ts';
import { ManifestStore, TROUBLE_MS } from './manifest-store.ts';
import { scanTree } from './manifest-tree.ts';
import type { ManifestTree } from './manifest-tree.ts';
import { PendingChanges } from './pending-changes.ts';
import { TreeSignals } from './tree-signals.ts';

/** How often to look when no signal comes: links out of the tree and network file systems give none. */
const POLL_MS = 2000;

/** How often to look for a directory that is not there. */
const MISSING_POLL_MS = 250;

/** A look at the tree may take this share of the time at most. */
const SCAN_SHARE = 1 / 20;

export interface DirectoryWatcherOptions {
  /** The directory of manifests; it may appear, vanish and be exchanged at any time. */
  readonly path: string;
  readonly logger: Logger;
}

/**
 * Watches a directory of manifests: any tree of `.yaml`, `.yml` and `.json` files. Edits arrive as one `change` per burst, with
 * only the objects that differ. Files that do not parse keep what they last gave; so does the directory when it vanishes.
 */
export function createDirectoryWatcher({ path, logger }: DirectoryWatcherOptions): Watcher {
  return {
    name: `directory ${path}`,
    async run(sink, signal) {
      const watch = new DirectoryWatch(path, logger, sink);
      try {
        await watch.run(signal);
      } finally {
        watch.close();
      }
    },
  };
}

class DirectoryWatch {
  readonly #path: string;
  readonly #root: string;
  readonly #logger: Logger;
  readonly #sink: Sink;
  readonly #bell = new ChangeBell();
  readonly #signals: TreeSignals;
  readonly #store = new ManifestStore(TROUBLE_MS);
  readonly #pending = new PendingChanges(this.#store.claims);
  #missingSince: number | undefined;
  #synced = false;
  #reported = '';

  constructor(path: string, logger: Logger, sink: Sink) {
    this.#path = path;
    this.#root = resolve(path);
    this.#logger = logger;
    this.#sink = sink;
    this.#signals = new TreeSignals(() => this.#bell.ring(), logger);
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const waitMs = await this.#look(signal);
      await this.#bell.wait(waitMs, signal);
    }
  }

  close(): void {
    this.#signals.close();
  }

  /** One look at the directory. Returns when to look again at the latest, in milliseconds. Never rejects. */
  async #look(signal: AbortSignal): Promise<number> {
    const startMs = performance.now();
    this.#signals.followAbove(this.#root);
    let tree: ManifestTree;
    try {
      tree = await scanTree(this.#root);
    } catch (error) {
      return this.#missing(reasonOf(error), startMs);
    }
    this.#missingSince = undefined;
    if (this.#signals.follow(tree.folders)) this.#bell.ring();
    const pollMs = Math.max(POLL_MS, (performance.now() - startMs) / SCAN_SHARE);
    try {
      await this.#store.update(tree, startMs);
      if (signal.aborted) return 0;
      return Math.min(pollMs, this.#deliver(startMs));
    } catch (error) {
      this.#logger.error('reading the manifests directory failed; trying again', { directory: this.#path, reason: messageOf(error) });
      return pollMs;
    }
  }

  /** Tells the sink what is new. Returns when to look again because something was put off, else Infinity. */
  #deliver(nowMs: number): number {
    const recheckMs = this.#store.recheckMs(nowMs) ?? Infinity;
    if (!this.#synced && recheckMs !== Infinity) return recheckMs;
    this.#report(this.#store.diagnostics());
    const settlement = this.#pending.settle(nowMs);
    if (settlement.kind === 'hold') return Math.min(recheckMs, Math.max(1, settlement.ms));
    if (settlement.changes.length > 0 || !this.#synced) {
      const { rangMs } = this.#bell;
      const time = rangMs === undefined ? undefined : { receivedMs: rangMs };
      this.#sink.change(time === undefined ? settlement.changes : settlement.changes.map((change) => ({ ...change, time })));
    }
    if (!this.#synced) this.#sink.synced();
    this.#synced = true;
    return recheckMs;
  }

  #missing(reason: string, nowMs: number): number {
    this.#missingSince ??= nowMs;
    const goneMs = nowMs - this.#missingSince;
    if (goneMs < TROUBLE_MS) return TROUBLE_MS - goneMs;
    this.#signals.follow([]);
    this.#report([unreadableDirectory(this.#path, reason), ...this.#store.diagnostics()]);
    return MISSING_POLL_MS;
  }

  #report(diagnostics: readonly Diagnostic[]): void {
    const text = JSON.stringify(diagnostics);
    if (text === this.#reported || (this.#reported === '' && diagnostics.length === 0)) return;
    this.#reported = text;
    this.#sink.report(diagnostics);
  }
}
