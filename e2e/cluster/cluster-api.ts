import { Agent, request } from 'node:https';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { ApiAccess } from './kubeconfig.ts';

/** Any object of the API. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** Names one object. */
export interface Ref {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** The group and version of each kind that tests use, with its name in paths. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  Namespace: 'api/v1 namespaces',
  Service: 'api/v1 services',
  Secret: 'api/v1 secrets',
  ConfigMap: 'api/v1 configmaps',
  ServiceAccount: 'api/v1 serviceaccounts',
  Pod: 'api/v1 pods',
  Deployment: 'apis/apps/v1 deployments',
  DaemonSet: 'apis/apps/v1 daemonsets',
  HorizontalPodAutoscaler: 'apis/autoscaling/v2 horizontalpodautoscalers',
  PodDisruptionBudget: 'apis/policy/v1 poddisruptionbudgets',
  NetworkPolicy: 'apis/networking.k8s.io/v1 networkpolicies',
  Ingress: 'apis/networking.k8s.io/v1 ingresses',
  IngressClass: 'apis/networking.k8s.io/v1 ingressclasses',
  EndpointSlice: 'apis/discovery.k8s.io/v1 endpointslices',
  Event: 'apis/events.k8s.io/v1 events',
  Lease: 'apis/coordination.k8s.io/v1 leases',
  Role: 'apis/rbac.authorization.k8s.io/v1 roles',
  RoleBinding: 'apis/rbac.authorization.k8s.io/v1 rolebindings',
  ClusterRole: 'apis/rbac.authorization.k8s.io/v1 clusterroles',
  ClusterRoleBinding: 'apis/rbac.authorization.k8s.io/v1 clusterrolebindings',
};

/** What an API server has answered with other than success. */
export class ApiRefusal extends Error {
  readonly status: number;

  constructor(status: number, body: string) {
    super(`the API server answers ${status}: ${body.slice(0, 500)}`);
    this.status = status;
  }
}

interface ApiRequest {
  readonly method?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** An API server as one account sees it. Each request has a connection of its own. */
export class ClusterApi {
  readonly access: ApiAccess;

  constructor(access: ApiAccess) {
    this.access = access;
  }

  /** Server-side apply of each, in this order; conflicts are won. Returns what is there afterwards. */
  async apply(...objects: readonly KubeObject[]): Promise<readonly KubeObject[]> {
    const applied: KubeObject[] = [];
    for (const body of objects) {
      const path = `${pathOf({ kind: body.kind, ...body.metadata })}?fieldManager=e2e&force=true`;
      applied.push(await this.#json({ method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml' }));
    }
    return applied;
  }

  /** Has the server look at an object as if it were applied: defaults, validation, no unknown field. Rejects with what is wrong. */
  async check(body: KubeObject): Promise<void> {
    const path = `${pathOf({ kind: body.kind, ...body.metadata })}?fieldManager=e2e&force=true&dryRun=All&fieldValidation=Strict`;
    await this.#json({ method: 'PATCH', path, body, contentType: 'application/apply-patch+yaml' });
  }

  /** A merge patch (RFC 7396), of the object or of a part such as `status`. */
  async patch(ref: Ref, body: unknown, part?: string): Promise<KubeObject> {
    const path = `${pathOf(ref)}${part === undefined ? '' : `/${part}`}`;
    return this.#json({ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' });
  }

  /** Asks for its end; some objects take longer to go. What is not there is fine. */
  async delete(...refs: readonly Ref[]): Promise<void> {
    for (const ref of refs) await this.#orMissing({ method: 'DELETE', path: pathOf(ref) });
  }

  /** Undefined when it is not there. */
  async get(ref: Ref): Promise<KubeObject | undefined> {
    return this.#orMissing({ path: pathOf(ref) });
  }

  async list(kind: string, namespace?: string): Promise<readonly KubeObject[]> {
    return (await this.#json<{ readonly items: readonly KubeObject[] }>({ path: collectionPath(kind, namespace) })).items;
  }

  /** A token of a service account, good for an hour. */
  async tokenOf(namespace: string, name: string): Promise<string> {
    const path = `${pathOf({ kind: 'ServiceAccount', namespace, name })}/token`;
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    return (await this.#json<{ readonly status: { readonly token: string } }>({ method: 'POST', path, body })).status.token;
  }

  /** Whether it says that it is ready. */
  async ready(): Promise<boolean> {
    return (await this.#send({ path: '/readyz' }).catch(() => ({ status: 0 }))).status === 200;
  }

  /** Watches a kind until the connection ends. `ended` resolves with everything that came; it rejects when the connection is cut. */
  async watch(kind: string, namespace: string, resourceVersion?: string): Promise<{ readonly ended: Promise<string> }> {
    const query = new URLSearchParams({ watch: '1', ...(resourceVersion !== undefined && { resourceVersion }) });
    const answer = await this.#open({ path: `${collectionPath(kind, namespace)}?${query.toString()}` });
    // The time limit is for the answer to begin.
    answer.socket.setTimeout(0);
    const ended = text(answer);
    // Whoever asks later learns of it all the same.
    ended.catch(() => undefined);
    return { ended };
  }

  /** The answer, whatever its status. Rejects when there is none. */
  async #send(what: ApiRequest): Promise<{ readonly status: number; readonly body: string }> {
    const answer = await this.#open(what);
    return { status: answer.statusCode ?? 0, body: await text(answer) };
  }

  async #open({ method = 'GET', path, body, contentType = 'application/json' }: ApiRequest): Promise<IncomingMessage> {
    const { server, ca, token, certificate } = this.access;
    const agent = new Agent({ ...certificate, ...(ca === undefined ? { rejectUnauthorized: false } : { ca }) });
    const headers = { ...(body !== undefined && { 'content-type': contentType }), ...(token && { authorization: `Bearer ${token}` }) };
    const sent = request(new URL(path, server), { method, headers, agent, timeout: 20_000 });
    sent.once('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer`)));
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    sent.end(body === undefined ? undefined : JSON.stringify(body));
    const [answer] = await answered;
    return answer;
  }

  async #json<T = KubeObject>(what: ApiRequest): Promise<T> {
    const { status, body } = await this.#send(what);
    if (status < 200 || status > 299) throw new ApiRefusal(status, `${what.method ?? 'GET'} ${what.path}: ${body}`);
    return JSON.parse(body) as T;
  }

  async #orMissing(what: ApiRequest): Promise<KubeObject | undefined> {
    try {
      return await this.#json(what);
    } catch (error) {
      if (error instanceof ApiRefusal && error.status === 404) return undefined;
      throw error;
    }
  }
}

function collectionPath(kind: string, namespace?: string): string {
  const [group, plural] = COLLECTIONS[kind]?.split(' ') ?? [];
  if (group === undefined || plural === undefined) throw new Error(`the tests know no kind ${kind}`);
  return `/${group}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${plural}`;
}

/** Path of an object. */
export function pathOf({ kind, namespace, name }: Ref): string {
  return `${collectionPath(kind, namespace)}/${name}`;
}
