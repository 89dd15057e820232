import { describe, expect, it } from '@jest/globals';
import { CALL_MS, Contender, fresh, holder, holders, TTL_MS } from './support/contender.js';
import type { Harness } from './support/harness.js';

const REFUSED = { renewed: false };

/** How a lease is made to last, by its holder and by nobody else. */
export function renewing(harness: () => Harness): void {
  describe('renew', () => {
    it('lets a lease count from now', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      await harness().elapse(TTL_MS / 2);
      const beforeAt = await harness().now();
      const answer = await lease.renew();
      const afterAt = await harness().now();

      const row = (await harness().row(name))!;
      expect(answer).toEqual({ renewed: true, expiresAt: row.locked_until });
      expect(row.locked_until).toBeGreaterThanOrEqual(beforeAt - 1 + TTL_MS);
      expect(row.locked_until).toBeLessThanOrEqual(afterAt + 1 + TTL_MS);
      expect(row).toMatchObject({ fence: lease.fence, released_at: null });
    });

    it('outlives the first ttl, again and again', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      for (let turn = 0; turn < 5; turn += 1) {
        await harness().elapse(TTL_MS * 0.75);
        expect(await lease.renew()).toMatchObject({ renewed: true });
        await new Contender(harness().store, name).refused();
      }
    });

    it('extends a lease by a longer ttl, past the instant at which it would have expired', async () => {
      const name = fresh();
      const lease = new Contender(harness().store, name, { ttlMs: TTL_MS / 4 });
      const { expiresAt } = await lease.granted();
      const beforeAt = await harness().now();
      const answer = await lease.renew(TTL_MS);
      expect(answer).toMatchObject({ renewed: true });
      expect(await harness().row(name)).not.toMatchObject({ locked_until: expiresAt });
      expect((await harness().row(name))!.locked_until).toBeGreaterThanOrEqual(
        beforeAt - 1 + TTL_MS,
      );
      await harness().elapse(TTL_MS / 2);
      expect(await new Contender(harness().store, name).refused()).toMatchObject({
        reason: 'held',
        record: { fence: lease.fence },
      });
      expect(await lease.renew(TTL_MS)).toMatchObject({ renewed: true });
    });

    it('never shortens a lease', async () => {
      const name = fresh();
      const lease = new Contender(harness().store, name);
      const { expiresAt } = await lease.granted();
      expect(await lease.renew(100)).toEqual({ renewed: true, expiresAt });
      expect(await harness().row(name)).toMatchObject({ locked_until: expiresAt });
    });

    it('is refused after the release', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      await lease.release();
      const before = await harness().row(name);
      expect(await lease.renew()).toEqual(REFUSED);
      expect(await lease.renew(10 * TTL_MS)).toEqual(REFUSED);
      expect(await harness().row(name)).toEqual(before);
    });

    it('is refused after a release that keeps the name taken', async () => {
      const lease = await holder(harness().store, fresh());
      await lease.release({ holdAtLeastMs: TTL_MS });
      expect(await lease.renew()).toEqual(REFUSED);
    });

    it('is refused after the expiry, even if nobody has taken the name', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      await harness().elapse(TTL_MS);
      const before = await harness().row(name);
      expect(await lease.renew()).toEqual(REFUSED);
      expect(await lease.renew(10 * TTL_MS)).toEqual(REFUSED);
      expect(await harness().row(name)).toEqual(before);
    });

    it('is refused to whoever is not the holder', async () => {
      const name = fresh();
      const lease = await holder(harness().store, name);
      const stranger = new Contender(harness().store, name);
      stranger.fence = lease.fence;
      const early = new Contender(harness().store, name, lease.request);
      early.fence = lease.fence - 1;
      const never = new Contender(harness().store, fresh());
      const before = await harness().row(name);

      for (const other of [stranger, early, never]) expect(await other.renew()).toEqual(REFUSED);
      expect(await harness().row(name)).toEqual(before);
    });

    it('serves the leases of a batch that stand, and refuses the others', async () => {
      const { store } = harness();
      const leases = await holders(store, 9);
      for (const lease of leases.filter((_, index) => index % 3 === 1)) await lease.release();
      const requests = leases.toReversed().map(({ request: { name, owner }, fence }, index) => ({
        name,
        owner,
        ttlMs: 2 * TTL_MS,
        fence: index % 3 === 2 ? fence + 1 : fence,
      }));
      const answers = await store.renew(requests, CALL_MS);
      expect(answers.map(({ renewed }) => renewed)).toEqual(
        requests.map((_, index) => index % 3 === 0),
      );
      for (const [index, answer] of answers.entries()) {
        const row = await harness().row(requests[index]!.name);
        if (answer.renewed) expect(row).toMatchObject({ locked_until: answer.expiresAt });
      }
    });
  });

  describe('an owner whose lease another one took', () => {
    it('can neither renew, extend, release nor acquire it', async () => {
      const name = fresh();
      const old = await holder(harness().store, name);
      await harness().elapse(TTL_MS);
      const now = await holder(harness().store, name);
      const before = await harness().row(name);

      expect(await old.renew()).toEqual(REFUSED);
      expect(await old.renew(10 * TTL_MS)).toEqual(REFUSED);
      expect(await old.release()).toBe('lost');
      expect(await old.release({ fence: undefined })).toBe('lost');
      expect(await old.release({ holdAtLeastMs: TTL_MS })).toBe('lost');
      await old.refused();
      old.fence = now.fence;
      expect(await old.renew()).toEqual(REFUSED);
      expect(await old.release()).toBe('lost');
      expect(await harness().row(name)).toEqual(before);
    });
  });
}
