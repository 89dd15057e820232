import { expect, it } from '@jest/globals';
import { LockStoreError } from '../../lib/core/errors.js';
import type { AcquireAnswer } from '../../lib/core/lock-store.js';
import { describeDatabases } from '../support/databases.js';
import { until } from '../support/poll.js';
import { Contender, fresh } from './support/contender.js';
import { opened } from './support/harness.js';
import { oracles } from './support/oracles.js';
import { openSql } from './support/sql-harness.js';

const CONTENDERS = 4;

/**
 * InnoDB leaves to each of those who wait for a row that is rolled back a lock of the gap in which
 * it was, at READ COMMITTED too, so that none of them can insert theirs before it has ended the
 * others as deadlocks. A disk that is full does this to a race for a new name.
 */
describeDatabases(
  'a new name whose first insert is rolled back',
  (dialect) => {
    const harness = opened(() => openSql(dialect));

    it('is granted once, and who was refused by an error may ask again', async () => {
      const name = fresh();
      const stores = await Promise.all(
        Array.from({ length: CONTENDERS }, () => harness().another()),
      );
      const contenders = stores.map((store) => new Contender(store, name));
      const first = harness().application.createQueryRunner();
      await first.startTransaction('READ COMMITTED');
      await first.query(`INSERT INTO marathon_lock (lock_key, name, fence, acquired_at, locked_until)
        VALUES ('${name}', '${name}', 0, 0, 0)`);

      const asked = Promise.allSettled(contenders.map((contender) => contender.acquire()));
      await until(
        'all wait for the row',
        async () => {
          const [row] = await harness().database.query<{ waiting: number }>(
            oracles[dialect].waiting!,
          );
          return row!.waiting === CONTENDERS;
        },
        120,
      );
      await first.rollbackTransaction();
      await first.release();
      const answers = await Promise.all(
        (await asked).map(async (outcome, index): Promise<AcquireAnswer> => {
          if (outcome.status === 'fulfilled') return outcome.value;
          expect(outcome.reason).toBeInstanceOf(LockStoreError);
          expect(outcome.reason).toMatchObject({ outcome: 'refused', retryable: true });
          return contenders[index]!.acquire();
        }),
      );

      expect(answers.filter(({ granted }) => granted)).toHaveLength(1);
      expect(await harness().row(name)).toMatchObject({ released_at: null });
    });
  },
  ['postgres', 'mariadb', 'mysql'],
);
