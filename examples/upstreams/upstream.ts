/** One example server: a Service of examples/shop and the port that its EndpointSlice names. */
export interface Upstream {
  readonly service: string;
  readonly port: number;
}

/** Every server that the manifests of examples/shop route to, the one that is not ready included. */
export const upstreams: readonly Upstream[] = [
  { service: 'web', port: 9001 },
  { service: 'web', port: 9002 },
  { service: 'web', port: 9003 },
  { service: 'api', port: 9004 },
  { service: 'api', port: 9005 },
  { service: 'blog', port: 9006 },
  { service: 'preview', port: 9007 },
  { service: 'account', port: 9008 },
  { service: 'chat', port: 9009 },
];
