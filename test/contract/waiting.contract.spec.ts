import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import type { AcquireAnswer } from '../../lib/core/lock-store.js';
import { describeDatabases } from '../support/databases.js';
import { CALL_MS, Contender, fresh, holder, TTL_MS } from './support/contender.js';
import { opened } from './support/harness.js';
import { oracles } from './support/oracles.js';
import { until } from '../support/poll.js';
import { openSql } from './support/sql-harness.js';

const MINUTE_MS = 60_000;

/** Statements that wait for a row which somebody else has locked. */
describeDatabases(
  'the store, waiting for a row',
  (dialect) => {
    const harness = opened(() => openSql(dialect));
    let other: QueryRunner;

    beforeEach(async () => {
      other = harness().application.createQueryRunner();
      await other.startTransaction('READ COMMITTED');
    });
    afterEach(async () => {
      if (other.isTransactionActive) await other.rollbackTransaction();
      await other.release();
    });

    const lockRow = (name: string) =>
      other.query(`SELECT * FROM marathon_lock WHERE name = '${name}' FOR UPDATE`);

    const inOther = (name: string, assignments: string) =>
      other.query(`UPDATE marathon_lock SET ${assignments} WHERE name = '${name}'`);

    /** MariaDB looks again only if nobody has looked for a tenth of a second. */
    const someoneWaits = () =>
      until(
        'a statement waits for the row',
        async () => {
          const [row] = await harness().database.query<{ waiting: number }>(
            oracles[dialect].waiting!,
          );
          return row!.waiting > 0;
        },
        120,
      );

    describe('does not revive a lease that expires meanwhile', () => {
      // With statistics of a small table PostgreSQL scans it, and can filter before it waits.
      it.each(['unknown', 'known'])('if the row is only locked, its table %s', async (table) => {
        if (table === 'known') {
          await harness().database.query(
            `ANALYZE TABLE marathon_lock`.replace(dialect === 'postgres' ? 'TABLE ' : '', ''),
          );
        }
        // The lease has to be valid when the renewal begins to wait. On a slow machine it may be
        // over by then, which shows nothing: so once more, with a longer one.
        for (let ttlMs = 700; ; ttlMs *= 2) {
          const lease = new Contender(harness().store, fresh(), { ttlMs });
          const { expiresAt } = await lease.granted();
          await lockRow(lease.request.name);
          const renewal = lease.renew(TTL_MS);
          await someoneWaits();
          const waitedInTime = (await harness().now()) < expiresAt;
          await harness().reach(expiresAt);
          await other.commitTransaction();
          expect(await renewal).toEqual({ renewed: false });
          expect(await harness().row(lease.request.name)).toMatchObject({
            locked_until: expiresAt,
          });
          if (waitedInTime) return;
          await other.startTransaction('READ COMMITTED');
        }
      });

      it('if only the row of another lease of its batch is locked', async () => {
        for (let ttlMs = 700; ; ttlMs *= 2) {
          const { store } = harness();
          const lease = new Contender(store, fresh(), { ttlMs });
          const another = await holder(store, fresh());
          const { expiresAt } = await lease.granted();
          await lockRow(another.request.name);
          const batch = [lease, another].map(({ fence, request: { name, owner } }) => {
            return { name, owner, fence, ttlMs: TTL_MS };
          });
          const renewals = store.renew(batch, CALL_MS);
          await someoneWaits();
          const waitedInTime = (await harness().now()) < expiresAt;
          await harness().reach(expiresAt);
          await other.commitTransaction();
          const [answer, answerOfAnother] = await renewals;
          expect(answerOfAnother).toMatchObject({ renewed: true });
          // PostgreSQL can write a row before it waits for the next: that renewal came in time.
          const renewedAt = answer!.renewed ? answer!.expiresAt - TTL_MS : -Infinity;
          expect(renewedAt).toBeLessThan(expiresAt);
          expect(await harness().row(lease.request.name)).toMatchObject({
            locked_until: answer!.renewed ? answer!.expiresAt : expiresAt,
          });
          if (waitedInTime) return;
          await other.startTransaction('READ COMMITTED');
        }
      });

      it('if the row is changed too', async () => {
        const lease = await holder(harness().store, fresh());
        const { name } = lease.request;
        await lockRow(name);
        const renewal = lease.renew();
        await someoneWaits();
        // Later than the renewal's start, and over when it gets the row.
        const endsAt = (await harness().now()) + 150;
        await inOther(name, `locked_until = ${endsAt}`);
        await harness().reach(endsAt);
        await other.commitTransaction();
        expect(await renewal).toEqual({ renewed: false });
        expect(await harness().row(name)).toMatchObject({ locked_until: endsAt });
      });
    });

    // By default it would wait for half of that, and this test would have no answer in its own time.
    it.each(['acquire', 'renew', 'release'] as const)(
      'does not wait for longer than it is told to, to %s',
      async (verb) => {
        const { store } = harness();
        const { fence, request } = await holder(store, fresh());
        await lockRow(request.name);
        const asked = { ...request, fence, holdAtLeastMs: 0 };
        const answer = {
          acquire: () => store.acquire([asked], 10 * MINUTE_MS, 100),
          renew: () => store.renew([asked], 10 * MINUTE_MS, 100),
          release: () => store.release([asked], 10 * MINUTE_MS, 100),
        }[verb]();
        await expect(answer).rejects.toMatchObject({ outcome: 'refused', retryable: true });
      },
    );

    it('counts a lease from when it got the row, not from when it asked', async () => {
      const name = fresh();
      await holder(harness().store, name);
      await harness().elapse(TTL_MS);
      await lockRow(name);
      const second = new Contender(harness().store, name, { ttlMs: 100 });
      const answer = second.granted();
      await someoneWaits();
      const lockedUntil = (await harness().now()) + 200;
      await harness().reach(lockedUntil);
      await other.commitTransaction();
      const { acquiredAt, expiresAt, fence } = await answer;
      expect(acquiredAt).toBeGreaterThanOrEqual(lockedUntil);
      expect(expiresAt).toBeGreaterThanOrEqual(lockedUntil + 100);
      expect(fence).toBeGreaterThanOrEqual(lockedUntil);
    });

    it('counts a renewal from when it got the row, not from when it asked', async () => {
      const lease = await holder(harness().store, fresh());
      await lockRow(lease.request.name);
      const renewal = lease.renew();
      await someoneWaits();
      const lockedUntil = (await harness().now()) + 200;
      await harness().reach(lockedUntil);
      await other.commitTransaction();
      expect(await renewal).toMatchObject({ renewed: true });
      const row = (await harness().row(lease.request.name))!;
      expect(row.locked_until).toBeGreaterThanOrEqual(lockedUntil + TTL_MS);
    });

    describe('decides by what it finds once it has the row', () => {
      /** Another instance, as it stands in the row. */
      const winner = {
        owner: '00000000-0000-4000-8000-000000000000',
        instance: 'winner#1',
        fence: 7,
      };

      /** Another instance is about to take a new name. */
      const insertInOther = (key: string, name: string, lockedUntil: number) =>
        other.query(
          `INSERT INTO marathon_lock
            (lock_key, name, owner, instance, fence, acquired_at, locked_until)
          VALUES ('${key}', '${name}', '${winner.owner}', '${winner.instance}', ${winner.fence},
            1, ${lockedUntil})`,
        );

      /** What a contender is told that has to wait for the other transaction. */
      const afterOther = async (contender: Contender): Promise<AcquireAnswer> => {
        const answer = contender.acquire();
        await someoneWaits();
        await other.commitTransaction();
        return answer;
      };

      it('and tells who took an expired name', async () => {
        const first = await holder(harness().store, fresh());
        const { name } = first.request;
        await harness().elapse(TTL_MS);
        const fence = first.fence + 1;
        const lockedUntil = (await harness().now()) + TTL_MS;
        await inOther(
          name,
          `owner = '${winner.owner}', instance = '${winner.instance}', fence = ${fence},
            locked_until = ${lockedUntil}`,
        );
        expect(await afterOther(new Contender(harness().store, name))).toMatchObject({
          reason: 'held',
          record: { instance: winner.instance, fence, lockedUntil },
        });
        expect(await harness().row(name)).toMatchObject({ ...winner, fence, released_at: null });
      });

      it('and tells who took a new name', async () => {
        const name = fresh();
        const lockedUntil = (await harness().now()) + TTL_MS;
        await insertInOther(name, name, lockedUntil);
        expect(await afterOther(new Contender(harness().store, name))).toMatchObject({
          reason: 'held',
          record: { instance: winner.instance, fence: winner.fence, lockedUntil },
        });
      });

      it('and grants a new name whose other taker rolled back', async () => {
        const name = fresh();
        await insertInOther(name, name, 9e15);
        const granted = new Contender(harness().store, name).granted();
        await someoneWaits();
        await other.rollbackTransaction();
        expect((await granted).fence).toBeGreaterThan(winner.fence);
      });

      it('and refuses a tick that was taken by a run which is over', async () => {
        const tick = await harness().now();
        const first = await holder(harness().store, fresh());
        const { name } = first.request;
        await first.release();
        await inOther(name, `owner = '${winner.owner}', last_tick = ${tick}`);
        const late = new Contender(harness().store, name, {
          tick: { at: tick, notBeforeAt: tick },
        });
        expect(await afterOther(late)).toMatchObject({ reason: 'tick-taken' });
        expect(await harness().row(name)).toMatchObject({ owner: winner.owner });
      });

      it('and refuses a duplicate whose lease was released meanwhile', async () => {
        const first = await holder(harness().store, fresh());
        const { name } = first.request;
        const nowAt = await harness().now();
        await inOther(name, `released_at = ${nowAt}, locked_until = ${nowAt}`);
        expect(await afterOther(first)).toMatchObject({ granted: false });
        expect(await harness().row(name)).toMatchObject({ released_at: nowAt });
      });

      it('and refuses a name whose key was taken by another', async () => {
        const name = fresh();
        await insertInOther(name, 'another name', 1);
        expect(await afterOther(new Contender(harness().store, name))).toMatchObject({
          granted: false,
          record: { name: 'another name' },
        });
      });
    });

    it('is told by the server to give up, in time to know that nothing was granted', async () => {
      const name = fresh();
      await holder(harness().store, name);
      await harness().elapse(TTL_MS);
      await lockRow(name);
      await expect(new Contender(harness().store, name).acquire(2400)).rejects.toMatchObject({
        name: 'LockStoreError',
        outcome: 'refused',
        retryable: true,
      });
      const waiting = await harness().database.query(oracles[dialect].waiting!);
      expect(waiting).toEqual([{ waiting: 0 }]);
    });

    it('gives up within its time, and leaves nothing that blocks others', async () => {
      const name = fresh();
      await holder(harness().store, name);
      await harness().elapse(TTL_MS);
      await lockRow(name);
      const late = new Contender(harness().store, name);
      const startedAt = performance.now();
      await expect(late.acquire(600)).rejects.toMatchObject({ retryable: true });
      expect(performance.now() - startedAt).toBeLessThan(5000);
      // What was sent may still be granted. Its owner can give that back without having heard of it.
      const givenBack = late.release({ fence: undefined });
      await other.commitTransaction();
      await givenBack;
      await until('the name is free', async () => {
        const answer = await new Contender(harness().store, name).acquire();
        return answer.granted;
      });
    });
  },
  ['postgres', 'mariadb', 'mysql'],
);
