import { describe, expect, it } from '@jest/globals';
import { CALL_MS, Contender, fresh, holder, TTL_MS } from './support/contender.js';
import type { Harness } from './support/harness.js';

const DAY_MS = 24 * 60 * 60 * 1000;

/** What every store grants, and what it does not. */
export function granting(harness: () => Harness): void {
  describe('acquire', () => {
    it('grants a name that was never taken, from now until its ttl is over', async () => {
      const { store } = harness();
      const name = fresh();
      const beforeAt = await harness().now();
      const contender = new Contender(store, name);
      const grant = await contender.granted();
      const afterAt = await harness().now();

      expect(grant.acquiredAt).toBeGreaterThanOrEqual(beforeAt - 1);
      expect(grant.acquiredAt).toBeLessThanOrEqual(afterAt + 1);
      expect(grant.expiresAt).toBeGreaterThanOrEqual(grant.acquiredAt + TTL_MS);
      expect(grant.expiresAt).toBeLessThanOrEqual(afterAt + 1 + TTL_MS);
      expect(grant.fence).toBeGreaterThan(0);
      expect(await harness().row(name)).toMatchObject({
        name,
        instance: contender.request.instance,
        fence: grant.fence,
        acquired_at: grant.acquiredAt,
        locked_until: grant.expiresAt,
        released_at: null,
        last_tick: null,
      });
    });

    it('refuses a second holder, says who has the name, and changes nothing', async () => {
      const name = fresh();
      const first = new Contender(harness().store, name);
      const grant = await first.granted();
      const before = await harness().row(name);

      for (const store of [harness().store, await harness().another()]) {
        expect(await new Contender(store, name).acquire()).toEqual({
          granted: false,
          reason: 'held',
          record: {
            name,
            instance: first.request.instance,
            fence: grant.fence,
            acquiredAt: grant.acquiredAt,
            lockedUntil: grant.expiresAt,
            releasedAt: undefined,
            lastTick: undefined,
          },
        });
      }
      expect(await harness().row(name)).toEqual(before);
    });

    it('holds two names apart', async () => {
      const [one, two] = [fresh(), fresh()];
      const first = await holder(harness().store, one);
      const second = await holder(harness().store, two);
      expect(await first.release()).toBe('released');
      expect(await second.renew()).toMatchObject({ renewed: true });
      expect(await new Contender(harness().store, two).refused()).toMatchObject({
        record: { name: two, fence: second.fence },
      });
    });

    it('grants again right after a release, ten times, with rising fences', async () => {
      const name = fresh();
      const stores = [harness().store, await harness().another()];
      const fences: number[] = [];
      for (let turn = 0; turn < 10; turn += 1) {
        const contender = await holder(stores[turn % 2]!, name);
        fences.push(contender.fence);
        expect(await contender.release()).toBe('released');
      }
      expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b));
    });

    it('grants a name once the last lease has expired, and not before', async () => {
      const name = fresh();
      const first = await holder(harness().store, name);
      await harness().elapse(TTL_MS / 2);
      await new Contender(harness().store, name).refused();
      await harness().elapse(TTL_MS / 2);
      const second = await holder(harness().store, name);
      expect(second.fence).toBeGreaterThan(first.fence);
    });

    it("measures a lease by the store's own clock", async () => {
      const name = fresh();
      const { expiresAt } = await new Contender(harness().store, name, { ttlMs: 200 }).granted();
      await harness().reach(expiresAt);
      const { acquiredAt } = await new Contender(harness().store, name).granted();
      expect(acquiredAt).toBeGreaterThanOrEqual(expiresAt);
    });

    it('grants a name that was released, or left, a day ago', async () => {
      const [released, left] = [fresh(), fresh()];
      const first = await holder(harness().store, released);
      await first.release();
      const second = await holder(harness().store, left);
      await harness().elapse(DAY_MS);
      const beforeAt = await harness().now();
      for (const { request, fence } of [first, second]) {
        const grant = await new Contender(harness().store, request.name).granted();
        expect(grant.acquiredAt).toBeGreaterThanOrEqual(beforeAt - 1);
        expect(grant.fence).toBeGreaterThan(fence);
      }
    });

    it('grants a retry of the holder once, with one fence, and counts its lease from now', async () => {
      const name = fresh();
      const first = new Contender(harness().store, name);
      const grant = await first.granted();
      await harness().elapse(TTL_MS / 2);
      const beforeAt = await harness().now();

      const again = await new Contender(await harness().another(), name, first.request).granted();
      expect(again.fence).toBe(grant.fence);
      expect(again.expiresAt).toBeGreaterThanOrEqual(beforeAt - 1 + TTL_MS);
      expect(await harness().row(name)).toMatchObject({
        fence: grant.fence,
        acquired_at: again.acquiredAt,
        locked_until: again.expiresAt,
      });
    });

    it('shortens no lease that was extended, when a request of its holder arrives again', async () => {
      const name = fresh();
      const first = await holder(harness().store, name);
      const extended = await first.renew(10 * TTL_MS);
      expect(extended).toMatchObject({ renewed: true });
      const expiresAt = extended.renewed ? extended.expiresAt : 0;

      const again = await new Contender(await harness().another(), name, first.request).granted();
      expect(again).toMatchObject({ fence: first.fence, expiresAt });
      expect(await harness().row(name)).toMatchObject({ locked_until: expiresAt });
    });

    it("keeps a retry's acquiredAt", async () => {
      const first = new Contender(harness().store, fresh());
      const { acquiredAt } = await first.granted();
      expect(await first.granted()).toMatchObject({ acquiredAt });
    });

    it('grants a retry of a lease that expired, if nobody has taken it since', async () => {
      const first = await holder(harness().store, fresh());
      await harness().elapse(2 * TTL_MS);
      expect(await first.granted()).toMatchObject({ fence: first.fence });
      expect(await first.renew()).toMatchObject({ renewed: true });
    });

    it('refuses a retry of a lease that another one took', async () => {
      const name = fresh();
      const first = await holder(harness().store, name);
      await harness().elapse(TTL_MS);
      const second = await holder(harness().store, name);
      expect(await first.refused()).toMatchObject({ record: { fence: second.fence } });
    });

    it('refuses a duplicate of an acquire that arrives after its release', async () => {
      const name = fresh();
      const first = await holder(harness().store, name);
      await first.release();
      const before = await harness().row(name);
      await first.refused();
      await harness().elapse(TTL_MS);
      await first.refused();
      expect(await harness().row(name)).toMatchObject({
        fence: before!.fence,
        instance: before!.instance,
      });
      expect((await harness().row(name))!.released_at).not.toBeNull();
      await holder(harness().store, name);
    });
  });

  describe('a batch', () => {
    it('of 64 names of which some are held is decided one by one, in its order', async () => {
      const { store } = harness();
      const names = Array.from({ length: 64 }, fresh).toReversed();
      const held = names.filter((_, index) => index % 5 === 0);
      const holders = new Map<string, Contender>();
      for (const name of held) holders.set(name, await holder(store, name));
      const requests = names.map((name) => new Contender(store, name).request);

      const answers = await store.acquire(requests, CALL_MS);

      for (const [index, answer] of answers.entries()) {
        const name = names[index]!;
        const { owner, ...row } = (await harness().row(name))!;
        const first = holders.get(name);
        expect(answer.granted).toBe(first === undefined);
        if (answer.granted) expect(row).toMatchObject({ name, fence: answer.fence });
        else expect(answer.record).toMatchObject({ name, fence: first!.fence });
        if (owner) expect(owner).toBe((first?.request ?? requests[index]!).owner);
      }
    });
  });
}
