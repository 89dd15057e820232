import { AssertionError } from 'node:assert';
import { inspect } from 'node:util';
import { InvalidOptionError, quoted } from '../core/errors.js';
import type { RecordedRun, RunRecorder } from './run-recorder.js';

/** Which runs {@link TestFleet.assertRan} looks for. */
export interface RanOptions {
  /**
   * How many there have to be; `0` says that there was none.
   *
   * @defaultValue at least one
   */
  readonly times?: number | undefined;
  /**
   * The instance that ran them.
   *
   * @defaultValue any
   */
  readonly instance?: string | undefined;
  /**
   * Whether the lease ended before the body did. A body whose lease was lost did not run under it,
   * at its end.
   *
   * @defaultValue `false`
   */
  readonly lost?: boolean | undefined;
}

/** @throws {AssertionError} that lists what happened to the name instead */
export function assertRan(recorder: RunRecorder, name: string, options: RanOptions): void {
  const { times } = options;
  checkTimes(times);
  const ran = recorder.runsOf(name).filter((run) => isWanted(run, options)).length;
  if (times === undefined ? ran > 0 : ran === times) return;
  throw new AssertionError({
    message: `${wanted(name, options)}, but did so ${counted(ran)}. ${whatHappened(recorder, name)}`,
    actual: ran,
    expected: times ?? 'at least 1',
    operator: 'assertRan',
    stackStartFn: assertRan,
  });
}

function isWanted(run: RecordedRun, { instance, lost = false }: RanOptions): boolean {
  return run.lost === lost && (instance === undefined || run.instance === instance);
}

function wanted(name: string, { times, instance, lost = false }: RanOptions): string {
  const often = times === undefined ? 'at least once' : counted(times);
  const was = times === 0 ? 'was not to run' : `was to run ${often}`;
  const where = instance === undefined ? '' : ` on ${quoted(instance)}`;
  const how = lost ? 'and lose its lease' : 'under its lock';
  return `${quoted(name)} ${was}${where} ${how}`;
}

function whatHappened(recorder: RunRecorder, name: string): string {
  const lines = recorder.linesOf(name);
  if (lines.length > 0) return `What happened to it:\n${indented(lines)}`;
  const { names } = recorder;
  if (names.length === 0) return 'Nothing happened to any lock of this fleet.';
  return `Nothing happened to it, but to these:\n${indented(names.map(quoted))}`;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${line}`).join('\n');
}

function counted(times: number): string {
  return times === 1 ? 'once' : `${times} times`;
}

function checkTimes(times: unknown): void {
  if (times === undefined || (Number.isInteger(times) && Number(times) >= 0)) return;
  throw new InvalidOptionError(
    `times is ${inspect(times)}: give a whole number from 0 on, or leave it out for at least once.`,
  );
}
