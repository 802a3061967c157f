import { expect, test } from 'vitest';
import { dashboard, dashboardExpressions, namedIn, ruleExpressions, rules } from './expressions.ts';
import { knownSeries } from './metrics-known.ts';

const all = [...dashboardExpressions(), ...ruleExpressions()];

/** What a query names that no scrape brings. */
function unknownIn(text: string): readonly string[] {
  const { series, grouped } = namedIn(text);
  const wrong = [...series].flatMap(([name, labels]) => {
    const known = knownSeries.get(name);
    if (known === undefined) return [name];
    return [...labels, ...grouped].filter((label) => !known.has(label)).map((label) => `${name}{${label}}`);
  });
  return series.size === 0 ? [...wrong, `no metric in ${text}`] : wrong;
}

test.each(all.map(({ place, text }) => [place, text] as const))('%s: every metric and label exists', (_place, text) => {
  expect(unknownIn(text)).toEqual([]);
});

test('one that does not exist is found', () => {
  expect(unknownIn('sum by (ingres) (rate(nginx_ingress_controller_requests{statuss="200"}[1m])) / sluice_nothing')).toEqual([
    'nginx_ingress_controller_requests{statuss}',
    'nginx_ingress_controller_requests{ingres}',
    'sluice_nothing',
  ]);
  expect(unknownIn('sluice_run_duration_seconds')).toEqual(['sluice_run_duration_seconds']);
});

test('the dashboard has what operators look for, from a data source that is chosen', () => {
  const names = new Set(dashboardExpressions().flatMap(({ text }) => [...namedIn(text).series.keys()]));
  for (const name of [
    'nginx_ingress_controller_requests',
    'nginx_ingress_controller_request_duration_seconds_bucket',
    'sluice_reloads_total',
    'nginx_ingress_controller_ssl_expire_time_seconds',
    'sluice_quarantined_objects',
    'sluice_apply_to_served_seconds_bucket',
  ])
    expect(names).toContain(name);
  const { panels, templating } = dashboard();
  expect(templating.list.find(({ type }) => type === 'datasource')?.name).toBe('datasource');
  const sources = panels.flatMap(({ datasource, targets = [] }) => [datasource, ...targets.map((target) => target.datasource)]);
  expect(new Set(sources.flatMap((source) => source?.uid ?? []))).toEqual(new Set(['${datasource}']));
  for (const { definition } of templating.list) if (definition !== undefined) expect(unknownIn(definition)).toEqual([]);
});

test('every alert has a name of its own', () => {
  const alerts = rules().groups.flatMap((group) => group.rules.map(({ alert }) => alert));
  expect(new Set(alerts).size).toBe(alerts.length);
});
