import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { SluiceError, messageOf } from '@sluice/core';

/**
 * Most bytes of a message. One of 16,384 (`tune.bufsize`) makes HAProxy 2.6 spin until its watchdog ends it, and longer ones are dropped
 * without a word.
 */
export const MAX_MESSAGE = 15_360;

export interface Question {
  /** Ends with a line break. One char for each byte. */
  readonly message: string;
  /** For the answer to begin and to go on. */
  readonly timeoutMs: number;
  /** The master answers only who has said that nothing follows. */
  readonly ends?: boolean;
}

/** Asks a socket of HAProxy one question; the whole answer. Throws `SLU3005` when there is none in time. */
export async function askSocket(path: string, question: Question): Promise<string> {
  const bytes = Buffer.byteLength(question.message, 'latin1');
  if (bytes > MAX_MESSAGE) throw new Error(`a message of ${bytes} bytes is longer than HAProxy takes`);
  try {
    return await exchange(path, question);
  } catch (error) {
    throw new SluiceError('SLU3005', `HAProxy does not answer on ${path}: ${messageOf(error)}`, { cause: error });
  }
}

const RETRY_MS = 10;

/** As `askSocket`, again while nobody listens: a master that reloads is away for a moment. */
export async function askPatiently(path: string, question: Question, signal: AbortSignal): Promise<string> {
  for (const endMs = performance.now() + question.timeoutMs; ;) {
    try {
      return await askSocket(path, question);
    } catch (error) {
      signal.throwIfAborted();
      if (performance.now() >= endMs || !isAway(error)) throw error;
      await pause(RETRY_MS);
    }
  }
}

function isAway(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    cause instanceof Error && 'code' in cause && (cause.code === 'ECONNREFUSED' || cause.code === 'ENOENT' || cause.code === 'ECONNRESET')
  );
}

function exchange(path: string, { message, timeoutMs, ends }: Question): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ path });
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer for ${timeoutMs} ms`)));
    socket.once('error', reject);
    socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
    socket.once('end', () => {
      socket.destroy();
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
    socket.once('close', () => reject(new Error('the connection was closed')));
    if (ends === true) socket.end(message, 'latin1');
    else socket.write(message, 'latin1');
  });
}
