import { spawnSync } from 'node:child_process';

/** What the suites of metrics, dashboards and alerts need; `promtool` comes along. */
export const prometheusPackages = ['prometheus'];

/** Why there is no Prometheus on this machine; undefined when there is one. */
export function missingPrometheus(commands = ['prometheus', 'promtool']) {
  const lost = commands.find((command) => spawnSync(command, ['--version']).status !== 0);
  return lost === undefined ? undefined : `there is no ${lost}`;
}
