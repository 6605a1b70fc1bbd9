import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    globalSetup: 'test/support/global.ts',
    pool: 'threads',
    isolate: false,
    allowOnly: false,
    expect: { requireAssertions: true },
    // A machine may have one core and other work: what hangs is found all the same.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
