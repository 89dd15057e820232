import { describe } from '@jest/globals';
import { describeDatabases } from '../support/databases.js';
import { racing } from './racing.js';
import { openMemory } from './support/memory-harness.js';
import { openSql } from './support/sql-harness.js';

describe('races on the memory store', () => racing(openMemory));

describeDatabases('races', (dialect) => racing(() => openSql(dialect)));
