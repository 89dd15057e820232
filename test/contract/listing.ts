import { describe, expect, it } from '@jest/globals';
import type { SeenLock } from '../../lib/core/lock-store.js';
import { CALL_MS, fresh, holder } from './support/contender.js';
import type { Harness } from './support/harness.js';

/** What can be looked through. */
export function listing(harness: () => Harness): void {
  describe('list', () => {
    it('shows each name that was ever taken once, whatever the size of the pages', async () => {
      const { store } = harness();
      const names = Array.from({ length: 5 }, () => fresh());
      // A name that stands under a hash of itself has a place in the order too.
      const odd = `Odd name ${fresh()}`;
      for (const name of [...names, odd]) await (await holder(store, name)).release();
      const all = await pages(harness(), 1000);
      expect(all.map(({ name }) => name)).toEqual(expect.arrayContaining([...names, odd]));
      expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
      for (const size of [1, 2, 7]) {
        expect((await pages(harness(), size)).map(({ name }) => name)).toEqual(
          all.map(({ name }) => name),
        );
      }
    });

    it('tells of each what inspect tells', async () => {
      const { store } = harness();
      const held = fresh();
      const lease = await holder(store, held);
      const listed = (await pages(harness(), 100)).find(({ name }) => name === held)!;
      const [inspected] = await store.inspect([held], CALL_MS);
      const { seenAt, ...record } = listed;
      expect(inspected).toMatchObject(record);
      expect(inspected!.seenAt).toBeGreaterThanOrEqual(seenAt);
      expect(await lease.release()).toBe('released');
    });

    it('takes nothing and changes nothing', async () => {
      const held = fresh();
      const lease = await holder(harness().store, held);
      const before = await harness().row(held);
      await pages(harness(), 100);
      expect(await harness().row(held)).toEqual(before);
      expect(await lease.release()).toBe('released');
    });
  });
}

async function pages({ store }: Harness, limit: number): Promise<SeenLock[]> {
  const locks: SeenLock[] = [];
  for (;;) {
    const page = await store.list({ after: locks.at(-1)?.name, limit }, CALL_MS);
    expect(page.length).toBeLessThanOrEqual(limit);
    locks.push(...page);
    if (page.length < limit) return locks;
  }
}
