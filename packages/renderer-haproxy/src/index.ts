import { DataDirectoryToken, ListenToken, LoggerToken, RequestMetricsToken, definePlugin } from '@sluice/core';
import { haproxyBackend } from './apply/haproxy-backend.ts';
import { tableMaker } from './apply/table-maker.ts';
import { probeHaproxy } from './observe/probe.ts';
import { haproxyOptions } from './options.ts';

/** HAProxy as the backend `haproxy`. */
export default definePlugin({
  name: 'haproxy',
  core: '^0.1.0',
  config: haproxyOptions,
  register(host, options) {
    host.backend('haproxy', (services) =>
      haproxyBackend({
        options,
        listen: services.get(ListenToken),
        data: services.get(DataDirectoryToken),
        logger: services.get(LoggerToken),
        metrics: services.find(RequestMetricsToken),
        tables: tableMaker,
      }),
    );
  },
  found(options) {
    const haproxy = probeHaproxy(options);
    if (haproxy === undefined) return [];
    const { version, lua } = haproxy.capabilities;
    const note = lua === undefined ? 'Lua: no, and it cannot be used without' : `Lua: ${lua}`;
    return [{ name: 'haproxy', version, path: haproxy.path, note }];
  },
});

export { HaproxyRenderer } from './translate/haproxy-renderer.ts';
export type { HaproxyOptions } from './options.ts';
