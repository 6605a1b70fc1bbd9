import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: 'test/support/global.ts',
    pool: 'threads',
    isolate: false,
    allowOnly: false,
    expect: { requireAssertions: true },
    testTimeout: 30_000,
  },
});
