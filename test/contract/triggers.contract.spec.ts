import { expect, it } from '@jest/globals';
import { describeDatabases, type TestDatabase } from '../support/databases.js';
import { verbs } from './core.js';
import { opened } from './support/harness.js';
import { oracles } from './support/oracles.js';
import { openSql } from './support/sql-harness.js';

describeDatabases('a table whose changes are noted by triggers', (dialect) => {
  const prepareTable = async ({ query }: TestDatabase): Promise<void> => {
    for (const text of oracles[dialect].auditTriggers) await query(text);
  };
  const harness = opened(() => openSql(dialect, { prepareTable }));

  verbs(harness);

  it('has them noted in another table, which counts its lines', async () => {
    const lines = await harness().database.query<{ id: number }>('SELECT id FROM audit');
    expect(lines.length).toBeGreaterThan(100);
    expect(Math.max(...lines.map(({ id }) => id))).toBeGreaterThanOrEqual(lines.length);
  });
});
