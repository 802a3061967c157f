import { Agent, request } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import type { KubeObject } from '../cluster/cluster-api.ts';
import { pathOf } from '../cluster/cluster-api.ts';
import type { ApiAccess } from '../cluster/kubeconfig.ts';

const AT_ONCE = 40;
const TRIES = 10;

/** Writes many objects quickly: over connections that are kept, many at a time. */
export class BulkApi {
  readonly #access: ApiAccess;
  readonly #agent: Agent;

  constructor(access: ApiAccess) {
    this.#access = access;
    const { ca, certificate } = access;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: AT_ONCE,
      ...certificate,
      ...(ca === undefined ? { rejectUnauthorized: false } : { ca }),
    });
  }

  /** Rejects with the first refusal. */
  async create(objects: readonly KubeObject[]): Promise<void> {
    const waiting = objects.values();
    const worker = async (): Promise<void> => {
      for (const object of waiting) await this.replace(object);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** Makes the object as it is given (server-side apply). What the server fails at under load is tried again some times. */
  async replace(object: KubeObject): Promise<void> {
    for (let left = TRIES; ; left--) {
      const status = await this.#send(object);
      if (status < 300) return;
      if (status < 500 || left === 0) throw new Error(`${object.kind} ${object.metadata.name}: the API server answers ${status}`);
      await pause(200);
    }
  }

  #send(object: KubeObject): Promise<number> {
    const { server, token } = this.#access;
    const url = new URL(`${pathOf({ kind: object.kind, ...object.metadata })}?fieldManager=bench&force=true`, server);
    const headers = { 'content-type': 'application/apply-patch+yaml', ...(token && { authorization: `Bearer ${token}` }) };
    return new Promise((resolve, reject) => {
      const sent = request(url, { method: 'PATCH', agent: this.#agent, headers }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.statusCode ?? 0));
      });
      sent.once('error', reject);
      sent.end(JSON.stringify(object));
    });
  }
}
