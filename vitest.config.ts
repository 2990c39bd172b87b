// Four suites, each run by name (`vitest run --project unit`) or all by `npm test`:
//   unit       everything in one process, fast
//   processes  real daemons on ephemeral ports, killed and restarted
//   security   attacks between real daemons, one process each
//   slow       long runs and large cases: by name, or in CI
//   soak       memory over hundreds of steps under BGV: by name only
import { defineConfig } from 'vitest/config'

const shared = {
  environment: 'node',
  pool: 'forks',
  globals: false,
  restoreMocks: true,
  globalSetup: ['test/setup/processes.ts'],
} as const

export default defineConfig({
  test: {
    watch: false,
    maxWorkers: 2,
    passWithNoTests: false,
    teardownTimeout: 20_000,
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/processes/**', 'test/security/hostile-*.test.ts', 'test/slow/**', 'test/soak/**'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'processes',
          include: ['test/processes/**/*.test.ts'],
          // Daemons compete for two cores: files one after the other.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          ...shared,
          name: 'security',
          include: ['test/security/hostile-*.test.ts'],
          fileParallelism: false,
          // Two federations at a time: while one waits for a deadline the other computes.
          maxConcurrency: 2,
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
      { test: { ...shared, name: 'slow', include: ['test/slow/**/*.test.ts'], fileParallelism: false, testTimeout: 600_000, hookTimeout: 120_000 } },
      { test: { ...shared, name: 'soak', include: ['test/soak/**/*.test.ts'], testTimeout: 3_600_000 } },
    ],
  },
})
