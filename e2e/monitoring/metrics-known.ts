import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../linked-packages.ts';

/** Labels that Prometheus gives every series when it scrapes. */
const SCRAPED = ['instance', 'job'];
/** Those of every metric of ingress-nginx, but for those of certificates. */
const OF_CONTROLLER = ['controller_namespace', 'controller_class', 'controller_pod'];

/** A line of the tables of docs/metrics.md, which are made from those of the code. */
const METRIC = /^\| `(\w+)` \| (counter|gauge|histogram) \| ([^|]*) \|/gm;

/** The labels of every series that a scrape may bring, by its name: histograms are three. */
export const knownSeries: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  [...readFileSync(join(root, 'docs', 'metrics.md'), 'utf8').matchAll(METRIC)].flatMap(([, name = '', type, list = '']) => {
    const common = name.startsWith('nginx_') && !name.includes('_ssl_') ? OF_CONTROLLER : [];
    const labels = [...[...list.matchAll(/`(\w+)`/g)].map(([, label = '']) => label), ...common, ...SCRAPED];
    if (type !== 'histogram') return [[name, new Set(labels)] as const];
    return [
      [`${name}_bucket`, new Set([...labels, 'le'])],
      [`${name}_sum`, new Set(labels)],
      [`${name}_count`, new Set(labels)],
    ] as const;
  }),
);
