import { parseArgs } from 'node:util';
import type { Mutant } from './mutant.js';

const OPTIONS = {
  list: { type: 'boolean' },
  check: { type: 'boolean' },
  every: { type: 'boolean' },
  only: { type: 'string' },
  by: { type: 'string' },
} as const;

export interface Asked {
  readonly mode: 'list' | 'check' | 'run';
  /** Whether each killer is tried, and not only until one notices. */
  readonly every: boolean;
  readonly mutants: readonly Mutant[];
}

/** @throws if a mutant is named that is not in the list, or a kind of killers that they have not */
export function asked(args: readonly string[], all: readonly Mutant[]): Asked {
  const {
    list,
    check,
    every = false,
    only,
    by,
  } = parseArgs({ args: [...args], options: OPTIONS }).values;
  const ids = only?.split(',');
  const unknown = ids?.filter((id) => all.every((mutant) => mutant.id !== id)) ?? [];
  if (unknown.length > 0) {
    throw new Error(`No mutant is named ${unknown.join(', ')}. See npm run mutants -- --list.`);
  }
  const named = ids ? all.filter(({ id }) => ids.includes(id)) : all;
  const mutants = by ? killedBy(by, named) : named;
  return { mode: list ? 'list' : check ? 'check' : 'run', every, mutants };
}

/** Those that have a killer of that kind, with no others. @throws if nobody has */
function killedBy(by: string, mutants: readonly Mutant[]): readonly Mutant[] {
  const left = mutants
    .map((mutant) => ({ ...mutant, killers: mutant.killers.filter((killer) => killer.by === by) }))
    .filter(({ killers }) => killers.length > 0);
  if (left.length === 0) throw new Error(`None of them has a killer by ${by}.`);
  return left;
}
