/**
 * Names of the spans of the reconcile loop, and of their attributes: docs/spans.md is generated from these tables. As the semantic conventions
 * of OpenTelemetry have it, names are in a namespace of our own, no attribute is called like a namespace of others, and times say what they are.
 */
export const spanNames = Object.freeze({
  reconcile: 'sluice.reconcile',
  watch: 'sluice.watch',
  wait: 'sluice.wait',
  model: 'sluice.model',
  translate: 'sluice.translate',
  render: 'sluice.render',
  validate: 'sluice.validate',
  apply: 'sluice.apply',
  write: 'sluice.write',
  push: 'sluice.push',
  reload: 'sluice.reload',
  probe: 'sluice.probe',
  status: 'sluice.status',
  events: 'sluice.events',
} as const);

export type SpanName = (typeof spanNames)[keyof typeof spanNames];

/** Names of the attributes of spans of requests: those of the semantic conventions for HTTP servers, and what Sluice knows besides. */
export const requestSpanAttributes = Object.freeze({
  method: 'http.request.method',
  scheme: 'url.scheme',
  path: 'url.path',
  client: 'client.address',
  host: 'server.address',
  protocol: 'network.protocol.version',
  status: 'http.response.status_code',
  error: 'error.type',
  route: 'http.route',
  namespace: 'k8s.namespace.name',
  ingress: 'sluice.ingress.name',
  service: 'sluice.service.name',
  endpoint: 'sluice.endpoint.address',
  requestId: 'sluice.request.id',
} as const);

/** Names of the attributes of these spans. */
export const spanAttributes = Object.freeze({
  revision: 'sluice.snapshot.revision',
  changeCount: 'sluice.change.count',
  changes: 'sluice.change.objects',
  outcome: 'sluice.apply.outcome',
  digest: 'sluice.generation.digest',
  reasons: 'sluice.apply.reasons',
  reloadReasons: 'sluice.reload.reasons',
  statusCount: 'sluice.status.count',
  errorType: 'error.type',
} as const);
