import type { GroundDialect } from '../battery/grounds/ground.js';
import type { Verdict } from '../battery/oracles/verdict.js';
import type { Promised } from '../simulation/verdicts.js';

/** A test that can tell the library from a mutant. */
export type Killer = (
  | { readonly by: 'simulation' }
  | { readonly by: 'spec'; readonly path: string }
  | { readonly by: 'battery'; readonly dialect: GroundDialect; readonly kinds: string }
) & {
  /**
   * By what it is to notice the mutant: promises, oracles, or parts of the names of tests. What else
   * it complains of may have any other reason, such as a busy machine.
   */
  readonly notices: readonly string[];
};

/** What the battery tells a violation by: its oracles, and the battery itself. */
type Oracle = keyof Verdict['findings'];

/** The rarest mutant breaks one world of a thousand. The worlds are the same each time. */
const SEEDS = 2_000;
const FAULTS = 60;
/** Half of the usual fleet: most of a short battery is its start. */
const INSTANCES = 8;

/** The core over a virtual world. */
export function simulation(...notices: readonly Promised[]): Killer {
  return { by: 'simulation', notices };
}

/** A Jest spec, or all of a folder. @param notices parts of the names of tests */
export function spec(path: string, ...notices: readonly string[]): Killer {
  return { by: 'spec', path, notices };
}

/** Processes, a server and faults. @param kinds parts of what the faults are called, with commas */
export function battery(
  dialect: GroundDialect,
  kinds: string,
  ...notices: readonly Oracle[]
): Killer {
  return { by: 'battery', dialect, kinds, notices };
}

/** The public API, over the memory store. */
export const model = spec('test/faults/model/api', 'does what the model says');

/** The contract of the port, on each database. */
export function contract(...notices: readonly string[]): Killer {
  return spec('test/contract/databases', ...notices);
}

/** What is typed to run it. */
export function commandOf(killer: Killer): string {
  switch (killer.by) {
    case 'simulation':
      return `npm run simulate -- --seeds ${SEEDS}`;
    case 'spec':
      // A mutant may leave connections behind that keep the process from its end.
      return (
        `npm test -- ${killer.path} --maxWorkers=1 --forceExit ` +
        `--testNamePattern ${patternOf(killer)}`
      );
    case 'battery':
      return (
        `npm run faults -- --dialect ${killer.dialect} --faults ${FAULTS} --seed 1 ` +
        `--instances ${INSTANCES} --kinds ${killer.kinds}`
      );
  }
}

/** No others: in a test that says nothing of its mistake, a mutant can hang for many minutes. */
function patternOf({ notices }: Killer): string {
  return notices.map((name) => name.replace(/\W/g, '.')).join('|');
}
