import { defineConfig } from 'vitest/config';

// With the source condition first, workspace packages resolve to their TypeScript, as in the other tests.
const conditions = ['@sluice/source', 'module', 'node', 'development|production'];

/** For the suites that need a cluster; `npm run e2e` brings one. They share it, so they come one after the other. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['e2e/cluster/suites/*.suite.ts'],
    globalSetup: ['e2e/cluster/global-setup.ts'],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    teardownTimeout: 30_000,
  },
});
