import { availableParallelism } from 'node:os'

/** One run for the whole workspace. Native ES modules; packages are tested from source, nothing is built first. */
export default {
  // Processes that tests start read the sources from bundles.
  globalSetup: '<rootDir>/tooling/from-source/src/bundle-sources.mjs',
  // Many tests wait, for processes and deadlines, so there are more files at a time than cores. Jest takes no more than 100% as a
  // share: it reads 150% as 150 files.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
  testSequencer: '<rootDir>/tooling/longest-first.mjs',
  // Tests start real processes: what takes a second alone may take many when all cores are busy.
  testTimeout: 180_000,
  testEnvironment: '<rootDir>/tooling/test-environment.mjs',
  testEnvironmentOptions: { customExportConditions: ['@millrace/source', 'node', 'node-addons'] },
  testMatch: [
    '<rootDir>/packages/*/src/**/*.test.ts',
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/apps/*/**/*.test.ts',
    '<rootDir>/tooling/**/*.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/fixtures/'],
  modulePathIgnorePatterns: ['/dist/', '/tooling/[^/]+/fixtures/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  transformIgnorePatterns: ['/node_modules/(?!@millrace/)'],
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
}
