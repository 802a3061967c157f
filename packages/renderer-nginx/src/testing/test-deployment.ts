import { nginxOptions } from '../options.ts';
import { assumedCapabilities } from '../translate/capabilities.ts';
import type { Deployment } from '../translate/surroundings.ts';

/** What tests of the renderer are for: an nginx that has everything. */
export const testDeployment: Deployment = {
  capabilities: assumedCapabilities,
  http: [{ host: '127.0.0.1', port: 8080 }],
  https: [{ host: '127.0.0.1', port: 8443 }],
  resolvers: [],
  ipv6: false,
  settings: { ...nginxOptions.parse({}), workers: 1 },
};

/** The same without Lua. */
export const withoutLua: Deployment = {
  ...testDeployment,
  capabilities: { ...assumedCapabilities, lua: { found: false, because: 'of the test' } },
};
