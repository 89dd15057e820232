import { describe, expect, it } from '@jest/globals';
import { CALL_MS, Contender, fresh, holder, TTL_MS } from './support/contender.js';
import type { Harness } from './support/harness.js';

const PERIOD_MS = 5000;

/** A tick that is due, and one that only a clock far ahead can have reached. */
const due = (at: number) => ({ at, notBeforeAt: at - PERIOD_MS / 2 });

/** At most one start for each tick of a cron, whatever the clocks of the instances say. */
export function ticking(harness: () => Harness): void {
  const at = (name: string, tick: number) =>
    new Contender(harness().store, name, { tick: due(tick) });

  describe('a tick', () => {
    it('is granted once, also after its run is over', async () => {
      const name = fresh();
      const tick = await harness().now();
      const first = at(name, tick);
      await first.granted();
      expect(await harness().row(name)).toMatchObject({ last_tick: tick });
      await first.release();
      expect(await at(name, tick).refused()).toMatchObject({
        reason: 'tick-taken',
        record: { fence: first.fence, lastTick: tick },
      });
    });

    it('that is taken is told as such while its run goes on', async () => {
      const name = fresh();
      const tick = await harness().now();
      await at(name, tick).granted();
      expect(await at(name, tick).refused()).toMatchObject({ reason: 'tick-taken' });
    });

    it('that is newer is granted', async () => {
      const name = fresh();
      const tick = await harness().now();
      const first = at(name, tick - PERIOD_MS);
      await first.granted();
      expect(await at(name, tick).refused()).toMatchObject({ reason: 'held' });
      await first.release();
      const grant = await at(name, tick).granted();
      expect(grant.fence).toBeGreaterThan(first.fence);
      expect(await harness().row(name)).toMatchObject({ last_tick: tick });
    });

    it('that is older is refused, also after an expiry, and changes nothing', async () => {
      const name = fresh();
      const tick = await harness().now();
      await at(name, tick).granted();
      await harness().elapse(TTL_MS);
      const before = await harness().row(name);
      expect(await at(name, tick - PERIOD_MS).refused()).toMatchObject({ reason: 'tick-taken' });
      expect(await at(name, tick - 1).refused()).toMatchObject({ reason: 'tick-taken' });
      expect(await harness().row(name)).toEqual(before);
    });

    it('of one name is no matter of another', async () => {
      const tick = await harness().now();
      await at(fresh(), tick).granted();
      await at(fresh(), tick).granted();
    });

    it('is granted to a retry of its holder', async () => {
      const lease = at(fresh(), await harness().now());
      const { fence } = await lease.granted();
      expect(await lease.granted()).toMatchObject({ fence });
    });

    it('is granted up to the instant that its tolerance allows', async () => {
      const name = fresh();
      const nowAt = await harness().now();
      const tick = { at: nowAt + PERIOD_MS, notBeforeAt: nowAt };
      await new Contender(harness().store, name, { tick }).granted();
    });

    it('keeps a refused call from taking the name of a held one', async () => {
      const name = fresh();
      const tick = await harness().now();
      const first = await holder(harness().store, name);
      expect(await at(name, tick).refused()).toMatchObject({ reason: 'held' });
      await first.release();
      // It was refused, so it was not started: the tick is still to be had.
      await at(name, tick).granted();
    });
  });

  describe('a tick far ahead of the clock', () => {
    const ahead = async (name: string) => {
      const tick = due((await harness().now()) + 2 * 60 * 60 * 1000);
      return new Contender(harness().store, name, { tick });
    };

    it('is refused on a new name, and leaves no sign of a holder', async () => {
      const name = fresh();
      expect(await (await ahead(name)).acquire()).toEqual({
        granted: false,
        reason: 'clock-skew',
        record: undefined,
      });
      expect(await harness().store.inspect([name], CALL_MS)).toEqual([undefined]);
      const row = await harness().row(name);
      expect(row?.owner ?? null).toBeNull();
      // Rounded there, and cut off here.
      expect(row?.locked_until ?? 0).toBeLessThanOrEqual((await harness().now()) + 1);

      const tick = await harness().now();
      const grant = await at(name, tick).granted();
      expect(grant.fence).toBeGreaterThan(0);
      expect(await harness().row(name)).toMatchObject({ last_tick: tick });
    });

    it('is refused on a name that is free, and changes nothing', async () => {
      const name = fresh();
      const tick = (await harness().now()) - PERIOD_MS;
      const first = at(name, tick);
      await first.granted();
      await first.release();
      const before = await harness().row(name);
      expect(await (await ahead(name)).refused()).toMatchObject({
        reason: 'clock-skew',
        record: { fence: first.fence, lastTick: tick },
      });
      expect(await harness().row(name)).toEqual(before);
      await at(name, tick + PERIOD_MS).granted();
    });

    it('is refused on a name that was left, and does not free or take it', async () => {
      const name = fresh();
      await holder(harness().store, name);
      await harness().elapse(TTL_MS);
      const before = await harness().row(name);
      expect(await (await ahead(name)).refused()).toMatchObject({ reason: 'clock-skew' });
      expect(await harness().row(name)).toEqual(before);
    });

    it('spoils nothing for the others of its batch', async () => {
      const names = [fresh(), fresh(), fresh()];
      const contenders = [
        at(names[0]!, await harness().now()),
        await ahead(names[1]!),
        new Contender(harness().store, names[2]!),
      ];
      const requests = contenders.map(({ request }) => request);
      const answers = await harness().store.acquire(requests, CALL_MS);
      expect(answers).toMatchObject([
        { granted: true },
        { granted: false, reason: 'clock-skew' },
        { granted: true },
      ]);
    });
  });

  describe('a call without a tick', () => {
    it('keeps the last tick, and needs none', async () => {
      const name = fresh();
      const tick = await harness().now();
      const first = at(name, tick);
      await first.granted();
      await first.release();
      const manual = await holder(harness().store, name);
      expect(await harness().row(name)).toMatchObject({ last_tick: tick, fence: manual.fence });
      await manual.release();
      expect(await at(name, tick).refused()).toMatchObject({ reason: 'tick-taken' });
    });
  });
}
