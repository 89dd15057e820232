import { describe, expect, it } from '@jest/globals';
import { CALL_MS, Contender, fresh, holder, holders, TTL_MS } from './support/contender.js';
import type { Harness } from './support/harness.js';

/** How a lease ends, and what is kept of it. */
export function releasing(harness: () => Harness): void {
  describe('release', () => {
    it('frees the name at once, and keeps its fence', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      const beforeAt = await harness().now();
      expect(await lease.release()).toBe('released');
      const afterAt = await harness().now();

      const row = await harness().row(name);
      expect(row?.fence).toBe(lease.fence);
      expect(row?.released_at).toBeGreaterThanOrEqual(beforeAt - 1);
      expect(row?.released_at).toBeLessThanOrEqual(afterAt + 1);
      expect(row?.locked_until).toBe(row?.released_at);
      expect(await new Contender(harness().store, name).acquire()).toMatchObject({ granted: true });
    });

    it('said twice says the same, and changes nothing', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      await lease.release();
      const before = await harness().row(name);
      expect(await lease.release()).toBe('released');
      expect(await lease.release({ fence: undefined })).toBe('released');
      expect(await harness().row(name)).toEqual(before);
      await harness().elapse(TTL_MS);
      expect(await lease.release()).toBe('released');
    });

    it('said again after another one took the name takes nothing from it', async () => {
      const name = fresh();
      const first = await holder(harness().store, name);
      await first.release();
      await holder(harness().store, name);
      const before = await harness().row(name);
      await first.release();
      expect(await harness().row(name)).toEqual(before);
    });

    it('tells that the lease was lost if it had expired, however often it is said', async () => {
      const lease = await holder(harness().store, fresh());
      await harness().elapse(TTL_MS + 1);
      expect(await lease.release()).toBe('lost');
      expect(await lease.release()).toBe('lost');
      await harness().elapse(TTL_MS);
      expect(await lease.release()).toBe('lost');
    });

    it('tells that it was lost to whoever is not the holder, and changes nothing', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      const stranger = new Contender(harness().store, name);
      const before = await harness().row(name);
      expect(await stranger.release({ fence: lease.fence })).toBe('lost');
      expect(await stranger.release({ fence: undefined })).toBe('lost');
      expect(await lease.release({ fence: lease.fence + 1 })).toBe('lost');
      expect(await harness().row(name)).toEqual(before);
      expect(await lease.renew()).toMatchObject({ renewed: true });
    });

    it('of a name that was never taken creates nothing', async () => {
      const name = fresh();
      expect(await new Contender(harness().store, name).release()).toBe('lost');
      expect(await harness().row(name)).toBeUndefined();
    });

    it('gives back what was granted to an owner who never learned its fence', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      expect(await lease.release({ fence: undefined })).toBe('released');
      await holder(harness().store, name);
    });

    it('ends those leases of a batch that stand, and tells which were lost', async () => {
      const { store } = harness();
      const leases = await holders(store, 9);
      const requests = leases.toReversed().map(({ request: { name, owner }, fence }, index) => ({
        name,
        owner,
        holdAtLeastMs: 0,
        fence: index % 3 === 2 ? fence + 1 : fence,
      }));
      expect(await store.release(requests, CALL_MS)).toEqual(
        requests.map((_, index) => (index % 3 === 2 ? 'lost' : 'released')),
      );
      for (const [index, { name }] of requests.entries()) {
        const row = (await harness().row(name))!;
        expect(row.released_at === null).toBe(index % 3 === 2);
      }
    });
  });

  describe('holdAtLeast', () => {
    it('keeps the name taken after the release, counted from the grant', async () => {
      const name = fresh();
      const lease = new Contender(harness().store, name);
      const { acquiredAt } = await lease.granted();
      expect(await lease.release({ holdAtLeastMs: 40_000 })).toBe('released');

      expect(await new Contender(harness().store, name).refused()).toMatchObject({
        reason: 'hold-at-least',
        record: { fence: lease.fence, lockedUntil: acquiredAt + 40_000 },
      });
      expect((await harness().row(name))!.released_at).toBeLessThan(acquiredAt + 40_000);
      await harness().elapse(40_000);
      await holder(harness().store, name);
    });

    it('adds nothing to a lease that was held longer', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      await harness().elapse(30_000);
      expect(await lease.release({ holdAtLeastMs: 20_000 })).toBe('released');
      await holder(harness().store, name);
    });

    it('of the whole ttl keeps the name until the lease would have expired, and no longer', async () => {
      const name = fresh();
      const lease = new Contender(harness().store, name);
      const { acquiredAt } = await lease.granted();
      await lease.release({ holdAtLeastMs: TTL_MS });
      expect(await harness().row(name)).toMatchObject({ locked_until: acquiredAt + TTL_MS });
    });

    it('released twice says the same, and holds no longer', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      await lease.release({ holdAtLeastMs: 30_000 });
      const before = await harness().row(name);
      expect(await lease.release({ holdAtLeastMs: 30_000 })).toBe('released');
      expect(await lease.release({ holdAtLeastMs: 60_000 })).toBe('released');
      expect(await lease.release()).toBe('released');
      expect(await harness().row(name)).toEqual(before);
    });

    it('refuses a duplicate of the acquire, then and later', async () => {
      const lease = await holder(harness().store, fresh());
      await lease.release({ holdAtLeastMs: 30_000 });
      expect(await lease.refused()).toMatchObject({ reason: 'hold-at-least' });
      await harness().elapse(30_000);
      await lease.refused();
    });
  });
}
