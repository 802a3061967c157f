/** What the id of an upstream is made of: `namespace/service:port`. */
export interface UpstreamParts {
  readonly namespace: string;
  readonly service: string;
  readonly port: string;
}

/** Takes the id of an upstream apart; all parts are empty for what is none. */
export function upstreamParts(id: string): UpstreamParts {
  const [, namespace = '', service = '', port = ''] = /^([^/]*)\/(.*):([^:]*)$/.exec(id) ?? [];
  return { namespace, service, port };
}
