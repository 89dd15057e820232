import { describe, expect, it } from '@jest/globals';
import { CALL_MS, Contender, fresh, holder } from './support/contender.js';
import type { Harness } from './support/harness.js';

/** What can be read without taking anything. */
export function inspecting(harness: () => Harness): void {
  describe('inspect', () => {
    it('tells what is known of each name, in the order of the question', async () => {
      const { store } = harness();
      const [never, held, released] = [fresh(), fresh(), fresh()];
      const tick = await harness().now();
      const holding = new Contender(store, held, { tick: { at: tick, notBeforeAt: tick } });
      const grant = await holding.granted();
      const over = await holder(store, released);
      await over.release();

      const rows = [await harness().row(released), await harness().row(held)];
      const seenAt: unknown = expect.any(Number);
      const startedAt = await harness().now();
      const seen = await store.inspect([released, never, held], CALL_MS);
      expect(seen[2]!.seenAt).toBeGreaterThanOrEqual(startedAt);
      // Rounded there, and cut off here.
      expect(seen[2]!.seenAt).toBeLessThanOrEqual((await harness().now()) + 1);
      expect(seen).toEqual([
        {
          name: released,
          instance: over.request.instance,
          fence: over.fence,
          acquiredAt: rows[0]!.acquired_at,
          lockedUntil: rows[0]!.locked_until,
          releasedAt: rows[0]!.released_at,
          lastTick: undefined,
          seenAt,
        },
        undefined,
        {
          name: held,
          instance: holding.request.instance,
          fence: grant.fence,
          acquiredAt: grant.acquiredAt,
          lockedUntil: grant.expiresAt,
          releasedAt: undefined,
          lastTick: tick,
          seenAt,
        },
      ]);
    });

    it('takes nothing and changes nothing', async () => {
      const [never, held] = [fresh(), fresh()];
      const lease = await holder(harness().store, held);
      const before = await harness().row(held);
      await harness().store.inspect([never, held], CALL_MS);
      expect(await harness().row(never)).toBeUndefined();
      expect(await harness().row(held)).toEqual(before);
      expect(await lease.release()).toBe('released');
    });
  });
}
