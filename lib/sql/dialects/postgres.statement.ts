import type { Statement } from './dialect.js';

/**
 * Bounds the waits for rows, for this transaction alone: as a start-up parameter a pooler refuses it,
 * by SET it would leak to the pooler's next client. It counts once a statement reads from `config`.
 */
export function withLockTimeout(ms: string): string {
  return `config AS MATERIALIZED (SELECT set_config('lock_timeout', ${ms}, true) AS set)`;
}

/**
 * One statement over a batch, as the table `requested`. A lone request is sent as scalars, which the
 * planner prices far better than arrays of one.
 */
export function statement<Request>(
  batch: readonly Request[],
  lockWaitMs: number,
  columns: readonly (readonly [name: string, type: string, value: (member: Request) => unknown])[],
  rest: string,
): Statement {
  const values = columns.map(([, , value]) => batch.map(value));
  const names = columns.map(([name]) => name).join(', ');
  const input =
    batch.length === 1
      ? `(SELECT ${columns.map(([, type], i) => `$${i + 1}::${type}`).join(', ')})`
      : `unnest(${columns.map(([, type], i) => `$${i + 1}::${type}[]`).join(', ')})`;
  return {
    text:
      `WITH ${withLockTimeout(`$${columns.length + 1}`)},\n` +
      `requested AS MATERIALIZED (SELECT r.* FROM config, ${input} AS r(${names}) WHERE config.set IS NOT NULL),\n` +
      rest,
    parameters: [
      ...(batch.length === 1 ? values.map(([value]) => value) : values),
      String(lockWaitMs),
    ],
  };
}
