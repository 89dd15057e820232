import type fc from 'fast-check';

/*
 * MARATHON_MODEL_RUNS=5000 MARATHON_MODEL_SEED=7 npm test -- test/faults/model
 *
 * runs each property so often, on the cases of that seed. By themselves they are the same each time:
 * whoever changes something shall find what his change has broken, and whoever searches says how far.
 */
const { MARATHON_MODEL_RUNS, MARATHON_MODEL_SEED } = process.env;

export function runs<Values>(usual: number): fc.Parameters<Values> {
  const numRuns = timesOf(usual);
  if (numRuns < 1) throw new Error(`MARATHON_MODEL_RUNS is ${numRuns}: give 1 or more.`);
  const seed = numberOf('MARATHON_MODEL_SEED', MARATHON_MODEL_SEED) ?? 1;
  return { numRuns, seed, includeErrorInReport: true, endOnFailure: false };
}

/** For that many runs, however busy the machine, and for shrinking one. */
export function patienceMs(usual: number): number {
  return 60_000 + timesOf(usual) * 400;
}

function timesOf(usual: number): number {
  return numberOf('MARATHON_MODEL_RUNS', MARATHON_MODEL_RUNS) ?? usual;
}

function numberOf(variable: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number)) throw new Error(`${variable} is ${value}: give a whole number.`);
  return number;
}
