import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { describeDatabases, type TestDatabase } from '../support/databases.js';
import { until } from '../support/poll.js';
import { CALL_MS, Contender, fresh, holder, TTL_MS } from './support/contender.js';
import { opened } from './support/harness.js';
import { oracles } from './support/oracles.js';
import { openSql } from './support/sql-harness.js';

/** Notes, when a transaction is about to end, whether it will wait for the disk. */
const NOTED_AT_COMMIT = [
  'CREATE TABLE noted (id bigserial PRIMARY KEY, name text, awaited text)',
  `CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO noted (name, awaited) VALUES (NEW.name, current_setting('synchronous_commit'));
    RETURN NULL;
  END $$`,
  `CREATE CONSTRAINT TRIGGER noted AFTER INSERT OR UPDATE ON marathon_lock
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION note()`,
];

/** A crash loses what was not on the disk: a grant that was told may not be among it. */
describeDatabases(
  'a transaction of the store',
  (dialect) => {
    const prepareTable = async ({ query }: TestDatabase): Promise<void> => {
      for (const text of NOTED_AT_COMMIT) await query(text);
    };
    const harness = opened(() => openSql(dialect, { prepareTable }));
    let rival: QueryRunner;

    beforeEach(async () => {
      rival = harness().application.createQueryRunner();
    });
    afterEach(async () => {
      if (rival.isTransactionActive) await rival.rollbackTransaction();
      await rival.release();
      await harness().database.query('DELETE FROM noted');
    });

    const noted = () =>
      harness().database.query('SELECT name, awaited FROM noted ORDER BY name, id');

    const contenders = (names: readonly string[]) =>
      names.map((name) => new Contender(harness().store, name));

    const acquired = async (contenders: readonly Contender[]) => {
      const requests = contenders.map(({ request }) => request);
      return (await harness().store.acquire(requests, CALL_MS)).map(({ granted }) => granted);
    };

    /** Somebody else has taken these, and says so only once the store waits for their rows. */
    async function whileTaken<T>(names: readonly string[], call: () => Promise<T>): Promise<T> {
      const lockedUntil = (await harness().now()) + TTL_MS;
      await rival.startTransaction('READ COMMITTED');
      for (const name of names) {
        await rival.query(
          `INSERT INTO marathon_lock (lock_key, name, owner, fence, acquired_at, locked_until)
           VALUES ($1, $1, 'rival', 1, 1, $2)`,
          [name, lockedUntil],
        );
      }
      const answer = call();
      await until(
        'the store waits for a row',
        async () => {
          const [row] = await harness().database.query<{ waiting: number }>(
            oracles[dialect].waiting!,
          );
          return row!.waiting > 0;
        },
        120,
      );
      await rival.commitTransaction();
      return answer;
    }

    it('waits for the disk where it grants or renews, and not where it releases', async () => {
      const lease = new Contender(harness().store, fresh());
      const { name } = lease.request;
      await lease.granted();
      expect(await lease.renew()).toMatchObject({ renewed: true });
      expect(await lease.release()).toBe('released');
      await new Contender(harness().store, name).granted();
      expect(await noted()).toEqual(
        ['on', 'on', 'off', 'on'].map((awaited) => ({ name, awaited })),
      );
    });

    it('waits where a grant is ended by force', async () => {
      const { fence, request } = await holder(harness().store, fresh());
      const { name } = request;
      const forced = { name, fence, owner: randomUUID() };
      expect(await harness().store.forceRelease(forced, CALL_MS)).toMatchObject({ released: true });
      expect(await noted()).toEqual(Array(2).fill({ name, awaited: 'on' }));
    });

    it('waits where who holds a name asks again, also beside one that was lost', async () => {
      const mine = await holder(harness().store, fresh());
      await mine.granted();
      const lost = fresh();
      const both = [mine, ...contenders([lost])];
      expect(await whileTaken([lost], () => acquired(both))).toEqual([true, false]);
      expect((await noted()).map(({ awaited }) => awaited)).toEqual(Array(5).fill('on'));
    });

    it.each([1, 2])('does not wait where %i lost to somebody else', async (size) => {
      const names = Array.from({ length: size }, fresh);
      const answers = await whileTaken(names, () => acquired(contenders(names)));
      expect(answers).toEqual(names.map(() => false));
      // First by the rival, and then by the store, which leaves the rows as they are.
      expect(await noted()).toEqual(
        names.flatMap((name) => ['on', 'off'].map((awaited) => ({ name, awaited }))),
      );
    });

    it.each([
      ['first', 0],
      ['last', 2],
    ])('waits where two of three were granted and the %s was lost', async (_which, lost) => {
      const names = Array.from({ length: 3 }, fresh);
      const answers = await whileTaken([names[lost]!], () => acquired(contenders(names)));
      expect(answers).toEqual(names.map((_, index) => index !== lost));
      const awaited = (await noted()).map((row) => row.awaited);
      expect(awaited).toEqual(Array(4).fill('on'));
    });
  },
  ['postgres'],
);
