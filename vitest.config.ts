import { defineConfig } from 'vitest/config';

// Packages resolve to their sources, so that unit tests need no build.
const conditions = ['@sluice/source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'apps/*/src/**/*.test.ts', 'e2e/**/*.test.ts', 'examples/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
