import type { Chance } from './chance.js';
import type { GrantEntry, Ledger } from './ledger.js';
import type { ModelStore } from './model-store.js';
import type { Weather } from './weather.js';

/** Rows of an earlier life: expired or still held by somebody who is gone, some with a fence far ahead. */
export function oldRows(
  chance: Chance,
  { names, ttlMs }: Weather,
  store: ModelStore,
  ledger: Ledger,
  nowAt: number,
): void {
  for (const name of names) {
    if (chance.roll(0.6)) continue;
    const acquiredAt = nowAt - chance.whole(0, 2 * ttlMs);
    const lockedUntil = acquiredAt + ttlMs;
    const fence = acquiredAt + (chance.roll(0.3) ? 3_600_000 : 0);
    const releasedAt = chance.roll(0.5) && acquiredAt < nowAt ? acquiredAt : undefined;
    const row = { owner: `old-${name}`, instance: 'gone', fence, acquiredAt };
    const until = releasedAt ?? lockedUntil;
    store.rows.set(name, { ...row, lockedUntil: until, releasedAt, lastTick: undefined });
    const entry: GrantEntry = {
      ...{ name, ...row, expiresAt: lockedUntil, vouchedUntilAt: lockedUntil },
      ...{ releasedAt, keptUntilAt: 0, forcedAt: undefined },
    };
    ledger.found(entry);
  }
}
