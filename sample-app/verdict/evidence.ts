/** What the journal tells of a run. */
export interface JournalRow {
  readonly job: string;
  /** The time of the cron that it stands for, by the instances' clocks. */
  readonly tick: number | null;
  readonly instance: string;
  /** By the database's clock. */
  readonly startedAt: number;
  /** By the database's clock. A run that was cut off has none. */
  readonly endedAt: number | null;
}

/** All that a verdict rests on. The library's own table is no part of it. */
export interface Evidence {
  readonly rows: readonly JournalRow[];
  /** When each instance was gone, by the database's clock. */
  readonly goneAt: ReadonlyMap<string, number>;
  /** Instances that were gone though nobody had asked them to. */
  readonly deserters: readonly string[];
}

/** A run that was cut off lasted until its process was gone, and not for as long as its lease. */
export function endOf({ instance, endedAt }: JournalRow, { goneAt }: Evidence): number {
  return endedAt ?? goneAt.get(instance) ?? Infinity;
}

/** The rows of each job, in the order of their starts. */
export function rowsByJob({ rows }: Evidence): ReadonlyMap<string, readonly JournalRow[]> {
  const jobs = new Map<string, JournalRow[]>();
  for (const row of rows.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const own = jobs.get(row.job);
    if (own) own.push(row);
    else jobs.set(row.job, [row]);
  }
  return jobs;
}
