import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDatabase, describeDatabases, type TestDatabase } from '../support/databases.js';
import { lockService } from './support/algorithm.js';
import { CALL_MS, Contender, fresh, holder } from './support/contender.js';
import { OneSession, useAll, verbOf } from './support/one-session.js';

const VERBS = ['acquire', 'release', 'renew'];
/** PostgreSQL makes a plan for each of the first five calls, and then looks what that is worth. */
const CALLS = 10;

describeDatabases(
  'a statement that the server keeps prepared',
  () => {
    let database: TestDatabase;
    let sessions: OneSession[];

    beforeEach(async () => {
      database = await createDatabase('postgres');
      sessions = [];
    });
    afterEach(async () => {
      await Promise.all(sessions.map((session) => session.close()));
      await database.drop();
    });

    const open = async (preparedStatements?: boolean): Promise<OneSession> => {
      const session = await OneSession.open(database, preparedStatements);
      sessions.push(session);
      return session;
    };

    it.each([
      ['one name', [1, 1]],
      ['several', [2, 3]],
    ] as const)('is each of acquire, renew and release of %s', async (_of, [first, later]) => {
      const session = await open();
      await useAll(session.store, first);
      const prepared = await session.prepared();
      expect(prepared.map(verbOf).toSorted()).toEqual(VERBS);
      await useAll(session.store, later);
      expect(await session.names()).toEqual(prepared.map(({ name }) => name));
      expect(session.errors).toEqual([]);
    });

    it('is none with preparedStatements: false', async () => {
      const session = await open(false);
      for (const size of [1, 2]) await useAll(session.store, size);
      expect(await session.names()).toEqual([]);
    });

    it('is none of a fenced transaction, which has no second try', async () => {
      const { application, errors, names, store } = await open();
      const lease = (await lockService(store, undefined, application).acquire(fresh()))!;
      const before = await names();
      await lease.transaction((manager) => manager.query('SELECT 1'));
      expect(await names()).toEqual(before);
      await lease.transaction((manager) => manager.query('DEALLOCATE ALL'));
      expect(await names()).toEqual([]);
      expect(errors).toEqual([]);
    });

    describe.each([
      ['an empty table', 0],
      ['a table of many locks', 10_000],
    ])('in %s', (_table, rows) => {
      // That would cost several times as much as all else.
      it.each([1, 2])('is not planned anew for each call of %i names', async (size) => {
        const session = await open();
        await database.query(
          `INSERT INTO marathon_lock (lock_key, name, fence, acquired_at, locked_until)
           SELECT 'x' || i, 'x' || i, i, 0, 0 FROM generate_series(1, ?::int) i`,
          [rows],
        );
        await database.query('ANALYZE marathon_lock');
        for (let call = 0; call < CALLS; call += 1) await useAll(session.store, size);
        const planned = (await session.prepared()).filter(
          ({ generic_plans: generic = 'not told' }) => generic === '0',
        );
        expect(planned.map(verbOf)).toEqual([]);
      });
    });

    /** In each of these a statement fails before it is run, whichever it is. */
    describe.each<[of: string, code: string, meet: () => Promise<OneSession>]>([
      ['forgotten', '26000', forgetting],
      ['of somebody else', '42P05', occupied],
      ['of a table that has changed since', '0A000', altered],
    ])('%s', (_of, code, meet) => {
      it('is sent in full, which grants a name once', async () => {
        const session = await meet();
        const contender = new Contender(session.store, fresh());
        await expect(contender.acquire()).resolves.toMatchObject({ granted: true });
        expect(session.errors).toEqual([code]);
        const { fence } = contender;
        expect(await new Contender(session.store, contender.request.name).refused()).toMatchObject({
          record: { fence },
        });
        expect(await contender.renew()).toMatchObject({ renewed: true });
        expect(await contender.release()).toBe('released');
        await holder(session.store, contender.request.name);
      });

      it('is not asked for again on its connection', async () => {
        const session = await meet();
        const before = await session.prepared();
        for (const size of [1, 2, 1, 2]) await useAll(session.store, size).catch(() => {});
        expect(session.errors).toEqual([code]);
        expect(await session.prepared()).toEqual(before);
      });

      it.each<[verb: 'acquire' | 'renew' | 'release', answer: unknown]>([
        ['acquire', expect.objectContaining({ granted: true })],
        ['renew', expect.objectContaining({ renewed: true })],
        ['release', 'released'],
      ])('is sent in full whoever is the first: %s', async (verb, answer) => {
        const { store, errors } = await meet();
        const { request, fence } = await holder((await open()).store, fresh());
        const lease = [{ ...request, fence, holdAtLeastMs: 0 }];
        await expect(store[verb](lease, CALL_MS)).resolves.toEqual([answer]);
        expect(errors).toEqual([code]);
      });
    });

    async function forgetting(): Promise<OneSession> {
      const session = await used();
      await session.application.query('DEALLOCATE ALL');
      return session;
    }

    /** As behind a pooler, where another client had the connection before. */
    async function occupied(): Promise<OneSession> {
      const names = await (await used()).names();
      const session = await open();
      for (const name of names) await session.application.query(`PREPARE ${name} AS SELECT 1`);
      return session;
    }

    async function altered(): Promise<OneSession> {
      const session = await used();
      await database.query(`ALTER TABLE marathon_lock
        ALTER COLUMN lock_key TYPE text, ALTER COLUMN instance TYPE text`);
      return session;
    }

    async function used(): Promise<OneSession> {
      const session = await open();
      for (const size of [1, 2]) await useAll(session.store, size);
      return session;
    }

    describe('that fails for another reason', () => {
      it('is an error as without, and is not sent twice', async () => {
        const outcomes = [];
        for (const preparedStatements of [true, false]) {
          const session = await open(preparedStatements);
          await useAll(session.store, 1);
          await database.query('ALTER TABLE marathon_lock RENAME TO elsewhere');
          const call = new Contender(session.store, fresh()).acquire();
          outcomes.push(await call.catch((error: unknown) => error));
          expect(session.errors).toEqual(['42P01']);
          await database.query('ALTER TABLE elsewhere RENAME TO marathon_lock');
        }
        expect(outcomes[0]).toMatchObject({ code: 'MARATHON_TABLE_MISSING' });
        expect(outcomes[0]).toEqual(outcomes[1]);
      });

      it('stays prepared, and others after it are', async () => {
        const session = await open();
        await useAll(session.store, 1);
        const long = new Contender(session.store, fresh(), { instance: 'x'.repeat(256) });
        await expect(long.acquire()).rejects.toMatchObject({ outcome: 'refused' });
        for (const size of [1, 2]) await useAll(session.store, size);
        expect(session.errors).toEqual(['22001']);
        expect((await session.prepared()).map(verbOf).toSorted()).toEqual(
          [...VERBS, ...VERBS].toSorted(),
        );
      });

      // PgBouncer remembers its name, and ends a connection that has it prepared a second time:
      // https://github.com/pgbouncer/pgbouncer/issues/1118
      it('is not prepared a second time on its connection, if it failed the first time', async () => {
        const session = await open();
        await database.query('ALTER TABLE marathon_lock RENAME TO elsewhere');
        const call = new Contender(session.store, fresh()).acquire();
        await expect(call).rejects.toMatchObject({ code: 'MARATHON_TABLE_MISSING' });
        await database.query('ALTER TABLE elsewhere RENAME TO marathon_lock');
        await useAll(session.store, 1);
        expect((await session.prepared()).map(verbOf)).not.toContain('acquire');
      });
    });
  },
  ['postgres'],
);
