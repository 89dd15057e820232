import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { QueryRunner } from 'typeorm';
import { describeDatabases } from '../support/databases.js';
import { Contender, fresh, holder, TTL_MS } from './support/contender.js';
import { opened, type StoredRow } from './support/harness.js';
import { oracles } from './support/oracles.js';
import { until } from './support/poll.js';
import { openSql } from './support/sql-harness.js';

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
        if (table === 'known' && dialect !== 'sqlite') {
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
      const { locked_until } = (await harness().row(lease.request.name))!;
      expect(await renewal).toMatchObject({ renewed: true });
      expect((await harness().row(lease.request.name))!.locked_until).toBeGreaterThanOrEqual(
        lockedUntil + TTL_MS,
      );
      expect(locked_until).toBeGreaterThan(0);
    });

    describe('tells truthfully who won a race', () => {
      const winner = {
        instance: 'winner#1',
        owner: '00000000-0000-4000-8000-000000000000',
        released_at: null,
      };
      const nobody: Omit<StoredRow, 'fence' | 'name'> = {
        ...{ acquired_at: 1, locked_until: 1, last_tick: null },
        ...winner,
      };

      it('for an expired name', async () => {
        const first = await holder(harness().store, fresh());
        const { name } = first.request;
        await harness().elapse(TTL_MS);
        const fence = first.fence + 1;
        const lockedUntil = (await harness().now()) + TTL_MS;
        await inOther(
          name,
          `owner = '${nobody.owner}', instance = '${nobody.instance}', fence = ${fence},
            locked_until = ${lockedUntil}`,
        );
        const refused = new Contender(harness().store, name).refused();
        await someoneWaits();
        await other.commitTransaction();
        expect(await refused).toMatchObject({
          reason: 'held',
          record: { instance: winner.instance, fence, lockedUntil },
        });
        expect(await harness().row(name)).toMatchObject({ ...winner, fence });
      });

      it('for a new name', async () => {
        const name = fresh();
        const lockedUntil = (await harness().now()) + TTL_MS;
        await other.query(
          `INSERT INTO marathon_lock
            (lock_key, name, owner, instance, fence, acquired_at, locked_until)
          VALUES ('${name}', '${name}', '${winner.owner}', '${winner.instance}', 7, 1, ${lockedUntil})`,
        );
        const refused = new Contender(harness().store, name).refused();
        await someoneWaits();
        await other.commitTransaction();
        expect(await refused).toMatchObject({
          reason: 'held',
          record: { instance: winner.instance, fence: 7, lockedUntil },
        });
      });

      it('and grants a new name whose other taker rolled back', async () => {
        const name = fresh();
        await other.query(
          `INSERT INTO marathon_lock
            (lock_key, name, owner, instance, fence, acquired_at, locked_until)
          VALUES ('${name}', '${name}', '${winner.owner}', '${winner.instance}', 7, 1, 9e15)`,
        );
        const granted = new Contender(harness().store, name).granted();
        await someoneWaits();
        await other.rollbackTransaction();
        expect((await granted).fence).toBeGreaterThan(7);
      });
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
  ['postgres', 'mariadb'],
);
