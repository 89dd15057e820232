import fc from 'fast-check';
import type { World } from '../world.js';
import { calls } from './calls.js';
import type { Command } from './command.js';
import { leases } from './leases.js';
import { operations } from './operations.js';
import { surroundings } from './surroundings.js';

/** What is done, one after the other. */
export type History = Iterable<Command>;

/** Everything that can be done, in any order. */
export const histories = fc.commands<World, World, boolean>(
  [...calls, ...leases, ...operations, ...surroundings],
  { maxCommands: 40, size: '+1' },
);
