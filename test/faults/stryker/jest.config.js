import everything from '../../../jest.config.js';

// Stryker runs Jest once for each mutant, so these are the specs of core that need no server.
const { globalSetup: _servers, globalTeardown: _stopped, ...config } = everything;

/** @type {import('jest').Config} */
export default {
  ...config,
  rootDir: '../../..',
  testMatch: [
    '<rootDir>/test/unit/core/**/*.spec.ts',
    '<rootDir>/test/contract/memory.contract.spec.ts',
  ],
};
