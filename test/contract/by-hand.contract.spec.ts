import { expect, it } from '@jest/globals';
import { describeDatabases } from '../support/databases.js';
import { Contender, fresh, holder, TTL_MS } from './support/contender.js';
import { opened } from './support/harness.js';
import { openSql } from './support/sql-harness.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What lies in the table, and what people do to it. */
describeDatabases('the table', (dialect) => {
  const harness = opened(() => openSql(dialect));

  it('keeps the owner of a lease, and keeps it after the release', async () => {
    const lease = await holder(harness().store, fresh());
    const { name, owner } = lease.request;
    expect(await harness().row(name)).toMatchObject({ owner });
    await lease.release();
    expect(await harness().row(name)).toMatchObject({ owner });
    const next = await holder(harness().store, name);
    expect(await harness().row(name)).toMatchObject({ owner: next.request.owner });
  });

  it('has one row for each name, which is never deleted', async () => {
    const before = (await harness().rows()).length;
    const name = fresh();
    for (let turn = 0; turn < 3; turn += 1) {
      await (await holder(harness().store, name)).release();
      await new Contender(harness().store, name).granted();
      await harness().elapse(TTL_MS);
    }
    expect(await harness().rows()).toHaveLength(before + 1);
  });

  it('may lose a row by hand: the fence rises all the same', async () => {
    const name = fresh();
    const lease = await holder(harness().store, name);
    await harness().reach((await harness().now()) + 2); // the fence counts in milliseconds
    await harness().database.query('DELETE FROM marathon_lock WHERE name = ?', [name]);
    expect(await lease.renew()).toEqual({ renewed: false });
    expect(await lease.release()).toBe('lost');
    const next = await holder(harness().store, name);
    expect(next.fence).toBeGreaterThan(lease.fence);
  });

  it('may hold a fence that is ahead of the clock: it rises all the same', async () => {
    const name = fresh();
    const first = await holder(harness().store, name);
    const fence = first.fence + DAY_MS;
    await harness().change(name, { fence, locked_until: 1 });
    const second = await holder(harness().store, name);
    expect(second.fence).toBe(fence + 1);
    await second.release();
    expect((await holder(harness().store, name)).fence).toBe(fence + 2);
  });

  it('may hold a name whose owner was taken away: it is free once it has expired', async () => {
    const name = fresh();
    const lease = await holder(harness().store, name);
    await harness().change(name, { owner: null, instance: null });
    expect(await lease.renew()).toEqual({ renewed: false });
    expect(await lease.release()).toBe('lost');
    expect(await new Contender(harness().store, name).refused()).toMatchObject({
      reason: 'held',
      record: { instance: '' },
    });
    await harness().change(name, { locked_until: 1 });
    await holder(harness().store, name);
  });

  it('may be set free by hand, by putting its end into the past', async () => {
    const name = fresh();
    const lease = await holder(harness().store, name);
    await harness().change(name, { locked_until: 0 });
    const next = await holder(harness().store, name);
    expect(next.fence).toBeGreaterThan(lease.fence);
    expect(await lease.renew()).toEqual({ renewed: false });
  });

  it('refuses a name under the key of another', async () => {
    const name = fresh();
    await (await holder(harness().store, name)).release();
    await harness().change(name, { name: 'another name' });
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await new Contender(harness().store, name).acquire()).toMatchObject({
        granted: false,
        record: { name: 'another name' },
      });
      await harness().elapse(TTL_MS);
    }
  });

  it('holds leases beyond the year 2038', async () => {
    const name = fresh();
    const lease = await holder(harness().store, name);
    const lockedUntil = Date.UTC(2100, 0, 1);
    await harness().change(name, { locked_until: lockedUntil });
    expect(await lease.renew()).toEqual({ renewed: true, expiresAt: lockedUntil });
    expect(await new Contender(harness().store, name).refused()).toMatchObject({
      record: { lockedUntil },
    });
  });
});
