import { describe, expect, it } from '@jest/globals';
import { faultsOf } from '../battery/faults/index.js';
import type { GroundDialect, GroundFaults } from '../battery/grounds/ground.js';
import { emptyTally } from '../simulation/tally.js';
import { ASSUMED } from '../simulation/verdicts.js';
import { asked } from './arguments.js';
import { edited, mutated, StaleMutantError } from './mutant.js';
import { mutants } from './mutants.js';
import { reportOfBattery, reportOfJest, reportOfSimulation } from './reports.js';
import { verdictOf } from './verdict.js';
import { original } from './workspace.js';

const nothing = (): Promise<never> => Promise.reject(new Error('Nothing is done here.'));
const EVERY_FAULT: GroundFaults = {
  killConnections: nothing,
  restart: nothing,
  fillDisk: nothing,
  readOnly: nothing,
  revoke: nothing,
  dropTable: nothing,
  lockRows: nothing,
};

describe('the mutants', () => {
  it.each(mutants.map((mutant) => [mutant.id, mutant] as const))(
    '%s can be applied to the library as it is',
    (_id, mutant) => {
      for (const [file, source] of mutated(mutant, original)) {
        expect(source).not.toBe(original(file));
      }
    },
  );

  it('are known by their names', () => {
    const ids = mutants.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(asked(['--only', `${ids[1]},${ids[0]}`], mutants).mutants.map(({ id }) => id)).toEqual([
      ids[0],
      ids[1],
    ]);
    expect(() => asked(['--only', 'no-such-mutant'], mutants)).toThrow('no-such-mutant');
  });

  it('meet killers of one kind, if asked to', () => {
    const left = asked(['--by', 'battery'], mutants).mutants;
    const killers = left.flatMap((mutant) => mutant.killers);
    expect(new Set(killers.map(({ by }) => by))).toEqual(new Set(['battery']));
    expect(left.every((mutant) => mutant.killers.length > 0)).toBe(true);
    expect(() => asked(['--by', 'nobody'], mutants)).toThrow('nobody');
  });

  it('are stale once their place is gone, or there are two', () => {
    const edit = { file: 'lib/a.ts', find: 'one', replace: 'two' };
    expect(edited('no one knows', edit)).toBe('no two knows');
    expect(() => edited('nobody knows', edit)).toThrow(StaleMutantError);
    expect(() => edited('one by one', edit)).toThrow(StaleMutantError);
  });
});

describe('a killer', () => {
  const killers = mutants.flatMap((mutant) => mutant.killers);

  it('is told what to notice', () => {
    expect(killers.filter(({ notices }) => notices.length === 0)).toEqual([]);
  });

  it('of the simulation notices what the core answers for, and not what its world does', () => {
    const ofWorlds = killers.filter(({ by }) => by === 'simulation');
    const assumed = [...ASSUMED];
    expect(
      ofWorlds.filter(({ notices }) => assumed.some((promise) => notices.includes(promise))),
    ).toEqual([]);
  });

  const kinds = killers.flatMap((killer) =>
    killer.by === 'battery'
      ? killer.kinds.split(',').map((kind) => `${killer.dialect}: ${kind}`)
      : [],
  );
  it.each([...new Set(kinds)])('meets faults on %s', (which) => {
    const [dialect = '', kind = ''] = which.split(': ');
    const ground = { dialect: dialect as GroundDialect, faults: EVERY_FAULT };
    expect(faultsOf(ground, [kind])).not.toEqual([]);
  });
});

describe('a verdict', () => {
  const told = [
    { by: 'processes', what: 'processes: api-1 had no answer' },
    { by: 'P1 grants', what: 'P1 grants: two at once' },
  ];
  const judged = ['P1 grants', 'P2 fences'];

  it('is a violation of what the mutant breaks, or of something else', () => {
    expect(verdictOf(['P1 grants'], { code: 1 }, { told, judged })).toEqual({
      is: 'violated',
      what: 'P1 grants: two at once',
    });
    expect(verdictOf(['P2 fences'], { code: 1 }, { told, judged }).is).toBe('unrelated');
  });

  it('is that it passed only if all was judged', () => {
    const report = { told: [], judged };
    expect(verdictOf(['P1', 'P2'], { code: 0 }, report)).toEqual({ is: 'passed' });
    expect(verdictOf(['P1', 'P5'], { code: 0 }, report).is).toBe('broken');
  });

  it('is none where the killer came to no end, or to a wrong one', () => {
    expect(verdictOf(['P1'], { code: undefined }, { told, judged }).is).toBe('broken');
    expect(verdictOf(['P1'], { code: 2 }, { told, judged }).is).toBe('broken');
    expect(verdictOf(['P1'], { code: 1 }, { told: [], judged }).is).toBe('broken');
    expect(verdictOf(['P1'], { code: 1 }, undefined).is).toBe('broken');
  });
});

describe('a report', () => {
  it('of the simulation has each promise that was broken, with a seed, and those judged', () => {
    const { violations, judged } = emptyTally();
    const first = [{ seed: 4, promise: 'P6', at: 1, what: 'no signal' } as const];
    const report = reportOfSimulation({
      violations: { ...violations, P6: 2 },
      judged: { ...judged, P6: 9 },
      first,
    });
    expect(report.told).toEqual([{ by: 'P6', what: 'P6, 2 times, seed 4: no signal' }]);
    expect(report.judged).toEqual(['P6']);
  });

  it('of the battery has what was told by whom, and who had something to judge', () => {
    const findings = { 'P1 grants': { judged: 5 }, 'P5 ticks': { judged: 0 } };
    expect(reportOfBattery({ findings, violations: ['P1 grants: two: at once'] })).toEqual({
      told: [{ by: 'P1 grants', what: 'P1 grants: two: at once' }],
      judged: ['P1 grants'],
    });
  });

  it('of Jest has the tests whose expectations failed, and no timeouts, hooks or skips', () => {
    const test = (fullName: string, status: string, ...failureMessages: string[]) => ({
      ...{ fullName, status, failureMessages },
    });
    const assertionResults = [
      test('passes', 'passed'),
      test('is skipped', 'pending'),
      test('expects', 'failed', 'Error: expect(received).toBe(expected)'),
      test('has a property', 'failed', 'Error: Property failed after 3 tests'),
      test('contends', 'failed', 'Error: Granted: {}'),
      test('ends the process', 'failed', 'Error: Unhandled error. (error: terminating connection'),
      test('deadlocks', 'failed', 'LockStoreError: The database failed: Deadlock found when …'),
      test('is away', 'failed', 'LockStoreError: The database failed: no connection'),
      test('takes too long', 'failed', 'Error: thrown: "Exceeded timeout of 50 ms for a test.'),
      test('is not begun', 'failed', 'Error: no server\n    at Object.<anonymous>'),
    ];
    const report = reportOfJest({ testResults: [{ assertionResults }] });
    const told = ['expects', 'has a property', 'contends', 'ends the process', 'deadlocks'];
    expect(report.told.map(({ by }) => by)).toEqual(told);
    expect(report.judged).toEqual(['passes']);
  });
});
