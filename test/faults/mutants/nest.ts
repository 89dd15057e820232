import { battery, model, spec } from './killer.js';
import type { Mutant } from './mutant.js';

const DECORATOR = 'lib/nest/single-runner.decorator.ts';
const TICK = 'const tick = oncePerTick ? currentTick() : undefined;';
const skewed = battery('postgres', 'wall', 'P5 ticks');
const fiveClocks = spec('test/e2e/five-clocks', 'at most once');

/** Mutants of the decorator, of its ticks, and of the shutdown. */
export const nestMutants: readonly Mutant[] = [
  {
    id: 'no-tick-guard',
    wrong: 'The lock alone stands between five instances and one tick.',
    edits: [
      {
        file: DECORATOR,
        find: TICK,
        replace: 'const tick = oncePerTick ? undefined : currentTick();',
      },
    ],
    killers: [skewed, fiveClocks],
  },
  {
    id: 'tick-read-after-an-await',
    wrong: 'The fire is looked for when its callback has returned, so there is no tick.',
    edits: [{ file: DECORATOR, find: TICK, replace: `await Promise.resolve();\n    ${TICK}` }],
    killers: [skewed, fiveClocks],
  },
  {
    id: 'tick-named-by-its-own-clock',
    wrong: 'Each instance calls one and the same tick by the time at which its own clock fired.',
    edits: [
      {
        file: 'lib/nest/tick-label.ts',
        find: 'return window.tick;',
        replace: 'return { ...window.tick, at: nowAt };',
      },
    ],
    killers: [skewed, fiveClocks],
  },
  {
    id: 'failed-store-means-run',
    wrong: 'A body runs without a lock when the database cannot be asked.',
    edits: [
      {
        file: DECORATOR,
        find: `if (result.outcome === 'completed') return result.value;`,
        replace: `if (result.outcome === 'completed') return result.value;
    if (result.reason === 'store-error') return original.apply(this, args);`,
      },
    ],
    killers: [model, spec('test/unit/nest/lock.service', "means a skip with onStoreError: 'skip'")],
  },
  {
    id: 'started-after-the-shutdown-began',
    wrong: 'Crons go on to start bodies while the modules of the application are being destroyed.',
    edits: [
      { file: 'lib/nest/marathon.lifecycle.ts', find: 'this.singleRun.refuse();', replace: '' },
    ],
    killers: [model, spec('test/unit/nest/shutdown', 'nothing is started by the application')],
  },
];
