import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { ForceReleaseAnswer } from '../../lib/core/lock-store.js';
import { CALL_MS, Contender, fresh, holder } from './support/contender.js';
import type { Harness } from './support/harness.js';

/** What people can do to a lock that another process holds. */
export function forceReleasing(harness: () => Harness): void {
  const force = (
    name: string,
    fence: number,
    owner: string = randomUUID(),
  ): Promise<ForceReleaseAnswer> => harness().store.forceRelease({ name, owner, fence }, CALL_MS);

  describe('forceRelease', () => {
    it('frees the name at once, and raises the fence', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      const answer = await force(name, lease.fence);
      expect(answer).toMatchObject({
        released: true,
        record: { name, instance: lease.request.instance },
      });
      const row = await harness().row(name);
      expect(row!.fence).toBeGreaterThan(lease.fence);
      expect(row!.released_at).not.toBeNull();
      // Rounded there, and cut off here.
      expect(row!.locked_until).toBeLessThanOrEqual((await harness().now()) + 1);
      const next = await holder(harness().store, name);
      expect(next.fence).toBeGreaterThan(row!.fence);
    });

    it('says that it ended the grant also where somebody takes the name at once', async () => {
      const other = await harness().another();
      for (let round = 0; round < 20; round += 1) {
        const name = fresh();
        const lease = await holder(harness().store, name);
        let isTaken = false;
        const waiting = (async () => {
          while (!isTaken) isTaken = (await new Contender(other, name).acquire()).granted;
        })();
        const answer = await force(name, lease.fence);
        expect(answer).toMatchObject({
          released: true,
          record: { instance: lease.request.instance },
        });
        await waiting;
      }
    });

    it('ends the grant for its holder: nothing is renewed, and a release finds it lost', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      await force(name, lease.fence);
      expect(await lease.renew()).toEqual({ renewed: false });
      expect(await lease.release()).toBe('lost');
    });

    it('leaves a grant with another fence alone', async () => {
      const name = fresh();
      const old = await holder(harness().store, name);
      await old.release();
      const lease = await holder(harness().store, name);
      const before = await harness().row(name);
      const answer = await force(name, old.fence);
      expect(answer).toMatchObject({ released: false, record: { fence: lease.fence } });
      expect(await harness().row(name)).toEqual(before);
      expect(await lease.renew()).toMatchObject({ renewed: true });
    });

    it('answers the same when it is said twice, as after a lost reply', async () => {
      const name = fresh();
      const { fence } = await holder(harness().store, name);
      const owner = randomUUID();
      const first = await force(name, fence, owner);
      const row = await harness().row(name);
      expect(await force(name, fence, owner)).toEqual(first);
      expect(await harness().row(name)).toEqual(row);
      expect((await force(name, fence)).released).toBe(false);
    });

    it('grants nothing to the attempt that forced it', async () => {
      const name = fresh();
      const { fence } = await holder(harness().store, name);
      const owner = randomUUID();
      const { record } = await force(name, fence, owner);
      const [renewed] = await harness().store.renew(
        [{ name, owner, fence: record!.fence, ttlMs: 1000 }],
        CALL_MS,
      );
      expect(renewed).toEqual({ renewed: false });
    });

    it('frees a name that is kept by holdAtLeast', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      await lease.release({ holdAtLeastMs: 30_000 });
      await new Contender(harness().store, name).refused();
      expect((await force(name, lease.fence)).released).toBe(true);
      await holder(harness().store, name);
    });

    it('keeps the tick that was granted last', async () => {
      const name = fresh();
      const at = await harness().now();
      const lease = await holder(harness().store, name, { tick: { at, notBeforeAt: at } });
      await force(name, lease.fence);
      const again = new Contender(harness().store, name, { tick: { at, notBeforeAt: at } });
      expect(await again.refused()).toMatchObject({ reason: 'tick-taken' });
    });

    it('knows nothing of a name that was never taken', async () => {
      expect(await force(fresh(), 1)).toEqual({ released: false, record: undefined });
    });
  });
}
