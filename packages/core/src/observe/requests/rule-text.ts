import type { Route } from '../../model/route.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';
import type { CountedRequest } from './request-metrics.ts';

/**
 * What proxies that are not this process call a request by: host, namespace, Ingress, Service, port and path, with blanks between. Only the path, which
 * comes last, may have blanks in it.
 */
export function ruleText({ name }: Pick<VirtualHost, 'name'>, { labels }: Pick<Route, 'labels'>): string {
  if (labels === undefined) return `${name}     `;
  return `${name} ${labels.namespace} ${labels.ingress} ${labels.service} ${labels.port} ${labels.path}`;
}

/** What such a text says; an empty one is of a request that no host was found for. */
export function parseRuleText(text: string): Pick<CountedRequest, 'host' | 'labels'> {
  const [host = '', namespace = '', ingress = '', service = '', port = '', ...path] = text.split(' ');
  return { host: host || '*', labels: ingress === '' ? undefined : { namespace, ingress, service, port, path: path.join(' ') } };
}
