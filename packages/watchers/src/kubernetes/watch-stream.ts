import type { ApiClient } from './api-client.ts';
import { ApiError } from './api-error.ts';
import type { ApiStatus } from './api-error.ts';
import { JsonLines } from './json-lines.ts';
import type { ApiObject } from './resource.ts';

/** One event of a watch (Kubernetes API concepts, "Efficient detection of changes"). */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: ApiObject;
}

export interface WatchRequest {
  readonly path: string;
  readonly selector: string;
  /** Field selector. */
  readonly field: string | undefined;
  readonly accept: string;
  readonly resourceVersion: string;
  /** A connection that brings nothing for so long may be dead: it ends. Many API servers send a bookmark about once a minute. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
  /** The server has begun to answer. */
  readonly onOpen: () => void;
}

/** So long the API server keeps a watch open, in seconds; by chance, so that not all of them end at the same moment. */
const SHORTEST_S = 240;

/**
 * Calls back for the events after a version, until the server ends the watch or is silent for too long. Rejects with `ApiError` for what the
 * server refuses (also for ERROR events) and when the connection is lost.
 */
export async function watchFrom(client: ApiClient, request: WatchRequest, onEvent: (event: WatchEvent) => void): Promise<void> {
  const { path, selector, field, accept, resourceVersion, idleMs, signal, onOpen } = request;
  const query = {
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion,
    labelSelector: selector,
    fieldSelector: field,
    timeoutSeconds: String(Math.round(SHORTEST_S * (1 + Math.random()))),
  };
  const idle = new AbortController();
  const stream = await client.stream({ path, query, accept, signal: AbortSignal.any([signal, idle.signal]) });
  // The time limit of the request is for its answer to begin.
  stream.socket.setTimeout(0);
  onOpen();
  const lines = new JsonLines();
  const timer = setTimeout(() => idle.abort(), idleMs);
  try {
    for await (const chunk of stream) {
      timer.refresh();
      for (const line of lines.push(chunk as Buffer)) onEvent(eventOf(line));
    }
  } catch (error) {
    if (!idle.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
    stream.destroy();
  }
}

function eventOf(line: unknown): WatchEvent {
  const { type, object } = line as { readonly type: string; readonly object: unknown };
  if (type === 'ERROR') {
    const said = object as ApiStatus;
    throw new ApiError(said.code ?? 500, said);
  }
  return { type, object } as WatchEvent;
}
