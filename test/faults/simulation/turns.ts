// By name and not from the global scope, where test frameworks put timers that stand still.
import { setImmediate } from 'node:timers';

/** So many are asked for at once: Node runs all microtasks between two immediates. */
const AT_ONCE = 64;

/**
 * Takes steps, each in a turn of its own, so that all promises that a step settles have had their
 * say before the next one.
 *
 * @param step takes one, and returns whether there are more
 */
export function stepping(step: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const turn = (): void => {
      if (isOver) return;
      try {
        if (step()) return;
        isOver = true;
        resolve();
      } catch (error) {
        isOver = true;
        reject(error as Error);
      }
    };
    const more = (): void => {
      if (isOver) return;
      for (let turns = 0; turns < AT_ONCE; turns += 1) setImmediate(turn);
      setImmediate(more);
    };
    more();
  });
}
