import { isIP } from 'node:net';
import type { AdminAnswer, AdminRoute, ControllerView, DataplaneHealth } from '@sluice/core';

/** Health, readiness and the JSON pages under `/api/`, answered from what the controller serves. */
export function statusRoutes(view: ControllerView): readonly AdminRoute[] {
  return [
    { path: '/healthz', answer: async () => healthAnswer(await view.health(), '') },
    { path: '/readyz', answer: async () => healthAnswer(await view.readiness(), 'not ready: ') },
    { path: '/api/status', answer: async () => ({ status: 200, body: await view.status() }) },
    { path: '/api/diagnostics', answer: () => ({ status: 200, body: view.diagnostics() }) },
    {
      path: '/api/model',
      answer: () => ({ status: view.model() === undefined ? 503 : 200, body: view.model() ?? { error: 'nothing is served yet' } }),
    },
    { path: '/api/explain', answer: (query) => explainAnswer(view, query) },
  ];
}

function healthAnswer(health: DataplaneHealth, before: string): AdminAnswer {
  return health.healthy ? { status: 200, body: 'ok\n' } : { status: 503, body: `${before}${health.reason}\n` };
}

function explainAnswer(view: ControllerView, query: URLSearchParams): AdminAnswer {
  const url = query.get('url');
  if (url === null) return { status: 400, body: { error: 'name the URL: /api/explain?url=http://host/path' } };
  if (view.model() === undefined) return { status: 503, body: { error: 'nothing is served yet' } };
  const method = query.get('method') ?? 'GET';
  const client = query.get('client');
  if (client !== null && isIP(client) === 0) return { status: 400, body: { error: 'client is not an IP address' } };
  const from = client === null ? {} : { clientAddress: client };
  const explanation = view.explain({ url, method, headers: query.getAll('header'), ...from });
  return explanation === undefined
    ? { status: 400, body: { error: 'url is not an http or https URL' } }
    : { status: 200, body: { url, method, ...explanation } };
}
