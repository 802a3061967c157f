const INTRODUCTION = [
  '`/metrics` on the admin port (10254) answers in the Prometheus text format; besides what is below it has the metrics of the process and of Node.js',
  '(`process_*`, `nodejs_*`). Metrics of single requests are not there yet.',
].join('\n');

/**
 * The sections of docs/metrics.md.
 * @param {Readonly<Record<string, object>>} ofIngressNginx what ingress-nginx has too
 * @param {Readonly<Record<string, object>>} own
 * @param {readonly string[]} common labels of every metric of ingress-nginx but those of certificates
 */
export function metricsSections(ofIngressNginx, own, common) {
  const labelled = common.map((label) => `\`${label}\``).join(', ');
  return [
    INTRODUCTION,
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
