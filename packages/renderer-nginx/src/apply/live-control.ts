import { request } from 'node:http';
import { SluiceError, messageOf } from '@sluice/core';

/** For an answer to begin and to go on: large tables take nginx a part of a second. */
const TIMEOUT_MS = 30_000;

export interface ControlAnswer {
  readonly status: number;
  readonly body: string;
}

/** Asks the control server of nginx. Throws `SLU3005` when it does not answer. */
export async function askControl(socketPath: string, path: string, body?: Buffer): Promise<ControlAnswer> {
  try {
    return await exchange(socketPath, path, body);
  } catch (error) {
    throw new SluiceError('SLU3005', `nginx does not answer on ${socketPath} (${path}): ${messageOf(error)}; is it running?`, {
      cause: error,
    });
  }
}

function exchange(socketPath: string, path: string, body: Buffer | undefined): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-length': body.length };
    const asked = request(
      { socketPath, path, method: body === undefined ? 'GET' : 'POST', headers, agent: false, timeout: TIMEOUT_MS },
      (answer) => {
        let text = '';
        answer.setEncoding('utf8');
        answer.on('data', (chunk: string) => (text += chunk));
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: text }));
        answer.once('error', reject);
      },
    );
    asked.once('timeout', () => asked.destroy(new Error(`no answer for ${TIMEOUT_MS} ms`)));
    asked.once('error', reject);
    asked.end(body);
  });
}
