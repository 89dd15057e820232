import type { Ground } from '../grounds/ground.js';
import { clockFaults } from './clocks.js';
import type { Fault } from './fault.js';
import { networkFaults } from './network.js';
import { processFaults } from './processes.js';
import { serverFaults } from './servers.js';

const ALL: readonly Fault[] = [
  ...processFaults,
  ...clockFaults,
  ...networkFaults,
  ...serverFaults,
  { kind: 'race of 50', weight: 18, on: 'race' },
];

/** What can go wrong on a ground, if `kinds` are given only those that contain one of them. */
export function faultsOf(
  { dialect, faults }: Pick<Ground, 'dialect' | 'faults'>,
  kinds: readonly string[] = [],
): readonly Fault[] {
  return ALL.filter(
    (fault) =>
      (!fault.dialects || fault.dialects.includes(dialect)) &&
      (!('needs' in fault) || faults[fault.needs] !== undefined) &&
      (kinds.length === 0 || kinds.some((part) => fault.kind.includes(part))),
  );
}
