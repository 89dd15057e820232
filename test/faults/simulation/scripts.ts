import type { Chance } from './chance.js';

/** What a body does, one after the other. */
export type Step =
  | { readonly do: 'work'; readonly forMs: number }
  | { readonly do: 'write'; readonly forMs: number }
  | { readonly do: 'extend'; readonly ttlMs: number }
  | { readonly do: 'join'; readonly forMs: number; readonly isAwaited: boolean }
  | { readonly do: 'nest'; readonly name: string }
  | { readonly do: 'throw' }
  | { readonly do: 'let go' };

export interface Script {
  readonly steps: readonly Step[];
  /** Ends at once when its signal fires. */
  readonly isHeeding: boolean;
}

export function scriptOf(chance: Chance, ttlMs: number, otherName: string | undefined): Script {
  const steps: Step[] = [workOf(chance, ttlMs)];
  const more = chance.roll(0.5) ? chance.whole(1, 3) : 0;
  for (let left = more; left > 0; left -= 1) {
    const dice = chance.next();
    if (dice < 0.5) steps.push({ do: 'write', forMs: chance.between(0.2, ttlMs * 0.6) });
    else if (dice < 0.65) steps.push({ do: 'extend', ttlMs: ttlMs * chance.whole(1, 4) });
    else if (dice < 0.75) steps.push(joinOf(chance, ttlMs));
    else if (dice < 0.82 && otherName) steps.push({ do: 'nest', name: otherName });
    else if (dice < 0.85) steps.push({ do: 'let go' });
    steps.push(workOf(chance, ttlMs));
  }
  if (chance.roll(0.08)) steps.push({ do: 'throw' });
  return { steps, isHeeding: chance.roll(0.75) };
}

function workOf(chance: Chance, ttlMs: number): Step {
  const longestMs = chance.pick([0.05, 0.4, 1, 2.5]) * ttlMs;
  return { do: 'work', forMs: chance.between(0.1, longestMs) };
}

/** A run inside of this one; what nobody waits for may well outlive it. */
function joinOf(chance: Chance, ttlMs: number): Step {
  const isAwaited = chance.roll(0.5);
  return { do: 'join', forMs: chance.between(1, isAwaited ? 20 : 2 * ttlMs), isAwaited };
}
