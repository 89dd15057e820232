import type { Verdict as BatteryVerdict } from '../battery/oracles/verdict.js';
import type { Tally } from '../simulation/tally.js';

/** What a killer wrote down, whichever it is. */
export interface Report {
  /** What broke: the promise, oracle or test that noticed, and what it says. */
  readonly told: readonly { readonly by: string; readonly what: string }[];
  /** The promises, oracles or tests that had something to judge. */
  readonly judged: readonly string[];
}

export function reportOfSimulation({
  violations,
  judged,
  first,
}: Pick<Tally, 'violations' | 'judged' | 'first'>): Report {
  const told = Object.entries(violations)
    .filter(([, times]) => times > 0)
    .map(([by, times]) => {
      const example = first.find(({ promise }) => promise === by);
      const where = example ? `, seed ${example.seed}: ${example.what}` : '';
      return { by, what: `${by}, ${times} times${where}` };
    });
  const ofWhich = Object.entries(judged).filter(([, times]) => times > 0);
  return { told, judged: ofWhich.map(([by]) => by) };
}

export type BatteryFigures = Pick<BatteryVerdict, 'violations'> & {
  readonly findings: Readonly<Record<string, { readonly judged: number }>>;
};

export function reportOfBattery({ findings, violations }: BatteryFigures): Report {
  const oracles = Object.keys(findings).filter((name) => (findings[name]?.judged ?? 0) > 0);
  return {
    told: violations.map((what) => ({ by: what.slice(0, what.indexOf(':')), what })),
    judged: oracles,
  };
}

/** What is read of Jest's own report. */
export interface JestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/**
 * What the complaints of Jest, of fast-check and of the contract's `Contender` begin with, an event
 * that would have ended the process, and a deadlock, which no call of the library may meet. A timeout, a hook that failed and a test that
 * could not go on say nothing of a promise.
 */
const EXPECTATION =
  /^(Error: (expect\(|Property failed after|(Granted|Refused): |Unhandled error\. )|LockStoreError: The database failed: deadlock)/i;

export function reportOfJest({ testResults }: JestReport): Report {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const told = tests
    .filter(({ failureMessages }) => failureMessages.some((message) => EXPECTATION.test(message)))
    .map(({ fullName }) => ({ by: fullName, what: fullName }));
  const passed = tests.filter(({ status }) => status === 'passed');
  return { told, judged: passed.map(({ fullName }) => fullName) };
}
