import { describe } from '@jest/globals';
import { core } from './core.js';
import { opened } from './support/harness.js';
import { openMemory } from './support/memory-harness.js';

describe('the memory store', () => {
  core(opened(openMemory));
});
