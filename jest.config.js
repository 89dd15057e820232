/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  // It has copies of all this in its cache, and starts Jest by itself.
  testPathIgnorePatterns: ['<rootDir>/test/matrix/', '/node_modules/'],
  modulePathIgnorePatterns: ['<rootDir>/test/matrix/'],
  globalSetup: './test/support/global-setup.mjs',
  globalTeardown: './test/support/global-teardown.mjs',
  testTimeout: 120_000, // generous: it tells a hang, not a slow machine
  maxWorkers: '100%', // most of them wait for servers and processes
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^nestjs-marathon$': '<rootDir>/lib/index.ts',
    '^nestjs-marathon/(commander|testing)$': '<rootDir>/lib/$1/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};
