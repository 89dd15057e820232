import type { Statement } from './dialect.js';

/**
 * Settings of this transaction alone, `lock_timeout` always among them: as a start-up parameter a
 * pooler refuses them, by SET they would leak to the pooler's next client. They count once the
 * statement reads from `config`.
 */
export function configured(lockWaitMs: string, ...settings: string[]): string {
  const all = [`set_config('lock_timeout', ${lockWaitMs}, true)`, ...settings];
  return `config AS MATERIALIZED (SELECT ${all.join(', ')})`;
}

/**
 * Lets this transaction end without waiting for the disk, for one that a crash may undo. The log is
 * flushed in order, so it is there at the latest with the next commit that is waited for: a grant
 * that was told is never there without the release before it
 * (https://www.postgresql.org/docs/current/wal-async-commit.html).
 */
export const UNAWAITED = `set_config('synchronous_commit', 'off', true)`;

/** A column of what is requested: its name, its type, and its value for a member of the batch. */
type Column<Request> = readonly [name: string, type: string, value: (member: Request) => unknown];

/** A verb over a batch. `lockWaitMs` bounds each wait for a row. */
export type BatchStatement<Request> = (batch: readonly Request[], lockWaitMs: number) => Statement;

/**
 * Makes the statements of a verb: one over a whole batch, as the table `requested`, which bounds the
 * waits by being read. A lone request is sent as scalars and not as arrays of one, and so is no table
 * to the planner, but values.
 *
 * Their two texts are the same for every call, so that the server can keep them prepared.
 */
export function batchStatement<Request>(
  columns: readonly Column<Request>[],
  rest: string,
  ...settings: string[]
): BatchStatement<Request> {
  const scalars = columns.map(([name, type], i) => `$${i + 1}::${type} AS ${name}`).join(', ');
  // Behind a SELECT the planner never sees how long an array is: else a plan for a short one would
  // look better than the plan for all, and be made again for each call.
  const arrays = columns.map(([, type], i) => `(SELECT $${i + 1}::${type}[])`).join(', ');
  const names = columns.map(([name]) => name).join(', ');
  const over = (requested: string): string =>
    `WITH ${configured(`$${columns.length + 1}`, ...settings)},\n${requested},\n${rest}`;
  const lone = over(`requested AS NOT MATERIALIZED (SELECT ${scalars} FROM config)`);
  const many = over(
    `requested AS MATERIALIZED (SELECT r.* FROM config, unnest(${arrays}) AS r(${names}))`,
  );
  return (batch, lockWaitMs) => {
    const [first, ...others] = batch;
    const isLone = first !== undefined && others.length === 0;
    const values = columns.map(([, , value]) => (isLone ? value(first) : batch.map(value)));
    return {
      text: isLone ? lone : many,
      parameters: [...values, String(lockWaitMs)],
      prepared: true,
    };
  };
}
