import { DataDirectoryToken, ListenToken, LoggerToken, RequestMetricsToken, definePlugin } from '@sluice/core';
import { nginxBackend } from './apply/nginx-backend.ts';
import { probeNginx } from './observe/probe.ts';
import { nginxOptions } from './options.ts';

/** nginx as the backend `nginx`. */
export default definePlugin({
  name: 'nginx',
  core: '^0.1.0',
  config: nginxOptions,
  register(host, options) {
    host.backend('nginx', (services) =>
      nginxBackend({
        options,
        listen: services.get(ListenToken),
        data: services.get(DataDirectoryToken),
        logger: services.get(LoggerToken),
        metrics: services.find(RequestMetricsToken),
      }),
    );
  },
  found(options) {
    const nginx = probeNginx(options);
    if (nginx === undefined) return [];
    const { version, lua } = nginx.capabilities;
    return [{ name: 'nginx', version, path: nginx.path, note: `Lua: ${lua.found ? 'yes' : `no, ${lua.because}`}` }];
  },
});

export { NginxRenderer } from './translate/nginx-renderer.ts';
export type { NginxOptions } from './options.ts';
