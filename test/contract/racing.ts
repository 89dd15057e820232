import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AcquireAnswer, Grant, LockStore } from '../../lib/core/lock-store.js';
import { CALL_MS, Contender, fresh, holder, TTL_MS } from './support/contender.js';
import type { Harness, Open } from './support/harness.js';
import { seeded, someOf } from '../support/seeded.js';

const CONTENDERS = 50;
const ROUNDS = 100;
const BATCH_ROUNDS = 8;
const BATCH_NAMES = 16;

/** Many instances that want the same at the same instant, each with connections of its own. */
export function racing(open: Open): void {
  let harness: Harness;
  let stores: LockStore[];

  beforeAll(async () => {
    harness = await open();
    const others = Array.from({ length: CONTENDERS - 1 }, () => harness.another());
    stores = [harness.store, ...(await Promise.all(others))];
  });
  afterAll(() => harness?.close());

  describe(`${CONTENDERS} contenders`, () => {
    it(`have one winner in each of ${ROUNDS} rounds, and the losers know who it is`, async () => {
      const expired = fresh();
      let lastFence = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const name = round % 2 === 0 ? fresh() : expired;
        if (name === expired) await harness.elapse(TTL_MS);
        const contenders = stores.map((store) => new Contender(store, name));
        const answers = await Promise.all(contenders.map((contender) => contender.acquire()));

        const winners = contenders.filter((_, index) => answers[index]!.granted);
        expect({ round, winners: winners.length }).toEqual({ round, winners: 1 });
        const [{ request, fence }] = winners as [Contender];
        expect(tellings(answers)).toEqual([`held by ${request.instance} under ${fence}`]);
        expect(await harness.row(name)).toMatchObject({ instance: request.instance, fence });
        if (name === expired) expect(fence).toBeGreaterThan(lastFence);
        if (name === expired) lastFence = fence;
      }
    });

    it('that are one owner who asks again are granted once, with one fence', async () => {
      for (let round = 0; round < 5; round += 1) {
        const name = fresh();
        const { request } = new Contender(harness.store, name);
        const answers = await Promise.all(
          stores.map((store) => new Contender(store, name, request).granted()),
        );
        const { fence } = (await harness.row(name))!;
        expect(new Set(answers.map((answer) => answer.fence))).toEqual(new Set([fence]));
      }
    });

    it('start each tick once, however short its run is', async () => {
      const name = fresh();
      const startedAt = await harness.now();
      for (let tick = startedAt - 5; tick < startedAt; tick += 1) {
        const starts = await Promise.all(stores.map((store) => startOnce(store, name, tick)));
        expect(starts.filter(Boolean)).toHaveLength(1);
      }
    });

    it('cannot be kept from an expired lease by its late renewal or release', async () => {
      for (let round = 0; round < 5; round += 1) {
        const old = await holder(harness.store, fresh());
        await harness.elapse(TTL_MS + 1);
        const contenders = stores.map((store) => new Contender(store, old.request.name));
        const [renewed, released, ...answers] = await Promise.all([
          old.renew(),
          old.release(),
          ...contenders.map((contender) => contender.acquire()),
        ]);
        expect([renewed, released]).toEqual([{ renewed: false }, 'lost']);
        expect(answers.filter(({ granted }) => granted)).toHaveLength(1);
        expect(tellings(answers)).toHaveLength(1);
      }
    });
  });

  describe('overlapping batches in any order', () => {
    it('have one winner for each name, fresh or expired, and never block each other', async () => {
      const expired = Array.from({ length: BATCH_NAMES / 2 }, fresh);
      for (let round = 0; round < BATCH_ROUNDS; round += 1) {
        const random = seeded(round);
        await harness.elapse(TTL_MS);
        const names = [...expired, ...Array.from({ length: BATCH_NAMES / 2 }, fresh)];
        const batches = stores.map(() => someOf(names, random));
        const grants = (
          await Promise.all(stores.map((store, i) => take(store, batches[i]!)))
        ).flat();
        expect(grants.map(({ name }) => name).toSorted()).toEqual(
          [...new Set(batches.flat())].toSorted(),
        );
      }
    });

    it('are acquired, renewed and released at once without a deadlock or a double grant', async () => {
      const names = Array.from({ length: BATCH_NAMES }, fresh);
      const fences = new Map<string, number[]>(names.map((name) => [name, []]));
      await Promise.all(
        stores.slice(0, 20).map(async (store, seed) => {
          const random = seeded(seed);
          for (let turn = 0; turn < 10; turn += 1) {
            const grants = await take(store, someOf(names, random));
            if (grants.length === 0) continue;
            for (const { name, fence } of grants) fences.get(name)!.push(fence);
            const kept = someOf(grants, random).map((grant) => ({ ...grant, ttlMs: 2 * TTL_MS }));
            const renewed = await store.renew(kept, CALL_MS);
            expect(renewed.filter((answer) => !answer.renewed)).toEqual([]);
            const back = grants.toReversed().map((grant) => ({
              ...grant,
              holdAtLeastMs: 0,
            }));
            expect(new Set(await store.release(back, CALL_MS))).toEqual(new Set(['released']));
          }
        }),
      );
      for (const [name, granted] of fences) {
        expect({ name, fences: new Set(granted).size }).toEqual({ name, fences: granted.length });
      }
    });
  });
}

/** What the refused were told, each telling once. */
function tellings(answers: readonly AcquireAnswer[]): string[] {
  const told = answers.flatMap((answer) =>
    answer.granted
      ? []
      : [`${answer.reason} by ${answer.record?.instance} under ${answer.record?.fence}`],
  );
  return [...new Set(told)];
}

/** Whether this instance was the one to start the tick: it asks until it is taken. */
async function startOnce(store: LockStore, name: string, at: number): Promise<boolean> {
  for (;;) {
    const contender = new Contender(store, name, { tick: { at, notBeforeAt: at } });
    const answer = await contender.acquire();
    if (answer.granted) await contender.release();
    if (answer.granted) return true;
    if (answer.reason === 'tick-taken') return false;
  }
}

type Taken = Grant & { readonly name: string; readonly owner: string };

/** What was granted of a batch. */
async function take(store: LockStore, names: readonly string[]): Promise<Taken[]> {
  const requests = names.map((name) => new Contender(store, name).request);
  const answers = await store.acquire(requests, CALL_MS);
  return answers.flatMap((answer, index) => {
    const { name, owner } = requests[index]!;
    return answer.granted ? [{ ...answer, name, owner }] : [];
  });
}
