import { AdminRoutesToken, ControllerViewToken, ListenToken, LoggerToken, definePlugin } from '@sluice/core';
import { z } from 'zod';
import { AdminServer } from './admin/admin-server.ts';
import { statusRoutes } from './admin/status-routes.ts';

/** The admin server: health, readiness, status, diagnostics, model and explain, and the pages of other plugins. */
export default definePlugin({
  name: 'metrics',
  core: '^0.1.0',
  config: z.strictObject({}),
  register(host) {
    let server: AdminServer | undefined;
    host.admin((services) => statusRoutes(services.get(ControllerViewToken)));
    host.onStart(async (services) => {
      const { admin } = services.get(ListenToken);
      if (admin === undefined) return;
      server = new AdminServer(services.get(AdminRoutesToken));
      const port = await server.listen(admin);
      services.get(LoggerToken).info('admin server listening', { host: admin.host, port });
    });
    host.onStop(() => server?.close());
  },
});

export { AdminServer } from './admin/admin-server.ts';
