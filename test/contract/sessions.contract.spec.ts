import { describe, expect, it } from '@jest/globals';
import type { DataSource } from 'typeorm';
import { describeDatabases, type TestDatabase } from '../support/databases.js';
import { core, verbs } from './core.js';
import { releasing } from './releasing.js';
import { renewing } from './renewing.js';
import { raceThroughAlgorithm } from './support/algorithm.js';
import { CALL_MS, Contender, fresh, holder } from './support/contender.js';
import { opened } from './support/harness.js';
import { oddMysql2 } from './support/odd-mysql2.js';
import { newApplication, openSql } from './support/sql-harness.js';

const LEVELS = ['SERIALIZABLE', 'REPEATABLE READ'];

/** For every session of this database, as its owner may configure it. */
const configured = (settings: Readonly<Record<string, string>>) => async (db: TestDatabase) => {
  const [row] = await db.query<{ name: string }>('SELECT current_database() AS name');
  for (const [name, value] of Object.entries(settings)) {
    await db.query(`ALTER DATABASE ${row!.name} SET ${name} = ${value}`);
  }
};

describeDatabases(
  'sessions that are configured oddly',
  () => {
    const odd = {
      timezone: `'Pacific/Chatham'`,
      datestyle: `'SQL, DMY'`,
      intervalstyle: `'sql_standard'`,
      standard_conforming_strings: 'off',
      lock_timeout: `'1ms'`,
      default_transaction_deferrable: 'on',
    };
    /** So that no plan can do what the statement does not say. */
    const plans = { seqscan: 'off', nestloop: 'off', hashjoin: 'off', sort: 'off' };

    describe('in another time zone', () => {
      core(opened(() => openSql('postgres', { prepare: configured(odd) })));
    });

    describe('whose planner prefers other plans', () => {
      const settings = Object.entries(plans).map(([name, value]) => [`enable_${name}`, value]);
      const prepare = configured(Object.fromEntries(settings) as Record<string, string>);
      verbs(opened(() => openSql('postgres', { prepare })));
    });

    for (const level of LEVELS) {
      for (const connection of ['dedicated', 'shared'] as const) {
        describe(`${level} by default, on ${connection} connections`, () => {
          const settings = { default_transaction_isolation: `'${level.toLowerCase()}'` };
          const prepare = configured(settings);
          const harness = opened(() => openSql('postgres', { prepare, connection }));

          it('are as they should be', async () => {
            expect(await harness().application.query('SHOW transaction_isolation')).toEqual([
              { transaction_isolation: level.toLowerCase() },
            ]);
          });

          renewing(harness);
          releasing(harness);
          it('have one winner in each race', () => raceThroughAlgorithm(harness()));
        });
      }
    }
  },
  ['postgres'],
);

describeDatabases(
  'sessions as a pooler hands them out',
  (dialect) => {
    const MODES =
      'SIMULTANEOUS_ASSIGNMENT,ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT,IGNORE_SPACE,' +
      'HIGH_NOT_PRECEDENCE,EMPTY_STRING_IS_NULL,PAD_CHAR_TO_FULL_LENGTH,REAL_AS_FLOAT,' +
      'TIME_ROUND_FRACTIONAL,NO_UNSIGNED_SUBTRACTION';
    const odd = [
      `SET SESSION sql_mode = '${MODES}', time_zone = '+05:45'`,
      'SET SESSION sql_safe_updates = 1',
    ];
    const oracle = [`SET SESSION sql_mode = 'ORACLE', time_zone = '-09:30'`];

    for (const connection of ['dedicated', 'shared'] as const) {
      describe(`with an odd sql_mode and time zone, on ${connection} connections`, () => {
        const driver = oddMysql2(dialect, odd);
        const harness = opened(() => openSql(dialect, { connection, options: { driver } }));
        core(harness);

        it('cut no value short, as MariaDB does unless it is told not to', async () => {
          const name = fresh();
          const long = new Contender(harness().store, name, { instance: 'x'.repeat(256) });
          await expect(long.acquire()).rejects.toMatchObject({
            name: 'LockStoreError',
            outcome: 'refused',
            retryable: false,
          });
          expect(await harness().row(name)).toBeUndefined();
        });

        it('are left as they were, also after a failure', async () => {
          const { application, store } = harness();
          const settings = (of: DataSource) =>
            of.query(`SELECT @@sql_mode AS sql_mode, @@time_zone AS time_zone,
              @@innodb_lock_wait_timeout AS rows_wait, @@lock_wait_timeout AS table_wait`);
          const lease = await holder(store, fresh());
          const refused = new Contender(store, fresh(), { instance: 'x'.repeat(256) });
          await expect(refused.acquire()).rejects.toMatchObject({ name: 'LockStoreError' });
          expect(await lease.release()).toBe('released');
          const untouched = await newApplication(harness().database, { driver });
          expect(await settings(application)).toEqual(await settings(untouched));
          await untouched.destroy();
        });

        it('are as they should be', () => {
          // One of the application, and one or two of the store.
          expect(driver.sessions.length).toBeGreaterThan(connection === 'shared' ? 0 : 1);
        });
      });

      describe(`with Oracle's sql_mode and a zone behind UTC, on ${connection} connections`, () => {
        const driver = oddMysql2(dialect, oracle);
        verbs(opened(() => openSql(dialect, { connection, options: { driver } })));
      });
    }

    for (const level of LEVELS) {
      for (const connection of ['dedicated', 'shared'] as const) {
        describe(`${level} by default, on ${connection} connections`, () => {
          const driver = oddMysql2(dialect, [`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`]);
          const harness = opened(() => openSql(dialect, { connection, options: { driver } }));

          it('are as they should be', async () => {
            expect(await harness().application.query('SELECT @@tx_isolation AS level')).toEqual([
              { level: level.replace(' ', '-') },
            ]);
          });

          renewing(harness);
          releasing(harness);
          it('have one winner in each race', () => raceThroughAlgorithm(harness()));
        });
      }
    }

    describe('from a pool whose options change what a row looks like', () => {
      const extra = {
        ...{
          dateStrings: true,
          namedPlaceholders: true,
          decimalNumbers: true,
          flags: '-FOUND_ROWS',
        },
        ...{ supportBigNumbers: true, bigNumberStrings: true },
        typeCast: (field: { type: string; string(): string }, next: () => unknown) =>
          field.type === 'LONGLONG' ? { bigint: field.string() } : next(),
      };
      verbs(opened(() => openSql(dialect, { connection: 'shared', options: { extra } })));
    });
  },
  ['mariadb', 'mysql'],
);

describeDatabases(
  'a session that does not look for more than one row',
  (dialect) => {
    const driver = oddMysql2(dialect, ['SET SESSION max_join_size = 1, sql_big_selects = 0']);
    const harness = opened(() => openSql(dialect, { options: { driver } }));

    it('leaves it open whether names were granted', async () => {
      const batch = [fresh(), fresh()].map((name) => new Contender(harness().store, name).request);
      await expect(harness().store.acquire(batch, CALL_MS)).rejects.toMatchObject({
        name: 'LockStoreError',
        outcome: 'unknown',
      });
      // They were.
      for (const { name, owner } of batch) {
        expect(await harness().row(name)).toMatchObject({ owner });
      }
    });
  },
  ['mysql'],
);
