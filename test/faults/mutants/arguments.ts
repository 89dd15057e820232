import { parseArgs } from 'node:util';
import type { Mutant } from './mutant.js';

const OPTIONS = {
  list: { type: 'boolean' },
  check: { type: 'boolean' },
  every: { type: 'boolean' },
  only: { type: 'string' },
} as const;

export interface Asked {
  readonly mode: 'list' | 'check' | 'run';
  /** Whether each killer is tried, and not only until one notices. */
  readonly every: boolean;
  readonly mutants: readonly Mutant[];
}

/** @throws if a mutant is named that is not in the list */
export function asked(args: readonly string[], all: readonly Mutant[]): Asked {
  const {
    list,
    check,
    every = false,
    only,
  } = parseArgs({ args: [...args], options: OPTIONS }).values;
  const ids = only?.split(',');
  const unknown = ids?.filter((id) => all.every((mutant) => mutant.id !== id)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`No mutant is named ${unknown.join(', ')}. See npm run mutants -- --list.`);
  }
  const mutants = ids ? all.filter(({ id }) => ids.includes(id)) : all;
  return { mode: list ? 'list' : check ? 'check' : 'run', every, mutants };
}
