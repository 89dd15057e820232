import type fc from 'fast-check';
import type { World } from '../world.js';

/** Model and reality are told of everything together. */
export type Command = fc.AsyncCommand<World, World, boolean>;

/** The one that a number stands for, among those that there are by then. */
export function pick<T>(choices: readonly T[], number: number): T {
  return choices[number % choices.length]!;
}
