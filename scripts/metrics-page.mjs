const INTRODUCTION = [
  '`/metrics` on the admin port (10254) answers in the Prometheus text format; besides what is below it has the metrics of the process and of Node.js',
  '(`process_*`, `nodejs_*`).',
].join('\n');

const REQUESTS = [
  'Names, labels and meanings are those of ingress-nginx, on every backend; a dashboard of ingress-nginx works as it is. Counted are requests for hosts of an Ingress;',
  'a wildcard host is told by its name (`*.example.com`), which ingress-nginx leaves out. `metrics.requests` of the configuration (and the flags of ingress-nginx) changes what',
  'is told. `canary` is the upstream of a canary that took the request. Methods that are not registered are `OTHER`. There are `seriesLimit` series at most (2000); then a warning is logged',
  'and further requests are counted under their status and method alone, with `overflow` for the names: sums by status stay exact. Series of Ingresses that are gone go too.',
].join('\n');

/**
 * The sections of docs/metrics.md.
 * @param {{ requests: Table, ofIngressNginx: Table, own: Table, common: readonly string[] }} tables `common`: labels of every metric of ingress-nginx but
 * those of certificates
 * @typedef {Readonly<Record<string, object>>} Table
 */
export function metricsSections({ requests, ofIngressNginx, own, common }) {
  const labelled = common.map((label) => `\`${label}\``).join(', ');
  return [
    INTRODUCTION,
    '## Requests',
    REQUESTS,
    table(requests),
    '## As ingress-nginx has them',
    `Names and meanings are those of ingress-nginx. Except for those of certificates each has the labels ${labelled} too.`,
    table(ofIngressNginx),
    '## Of Sluice',
    table(own),
  ];
}

function table(metrics) {
  const rows = Object.entries(metrics).map(
    ([name, { type, labels, help }]) => `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`,
  );
  return ['| metric | type | labels | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
