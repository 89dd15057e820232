import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';

/** Far longer than any transaction of an application lasts. */
const PATIENCE_MS = 60_000;

/** A connection that never waits by itself: that would block the event loop. */
export function openHandle(path: string): Database {
  const handle = new Database(path);
  handle.pragma('busy_timeout = 0');
  return handle;
}

export function runOn<Row>(
  handle: Database,
  text: string,
  parameters: readonly unknown[] = [],
): Row[] {
  const statement = handle.prepare(text);
  if (statement.reader) return statement.all(...parameters) as Row[];
  statement.run(...parameters);
  return [];
}

/** Tries for as long as somebody else writes. */
export async function onceFree<T>(work: () => T | Promise<T>): Promise<T> {
  const givenUpAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isBusy = /database (table )?is locked/.test((error as Error).message);
      if (!isBusy || performance.now() > givenUpAt) throw error;
      await pause(2 + Math.random() * 8);
    }
  }
}

/** All of it or nothing, in one turn of the event loop. */
export function inTransaction(handle: Database, work: () => void): void {
  runOn(handle, 'BEGIN IMMEDIATE');
  try {
    work();
    runOn(handle, 'COMMIT');
  } catch (error) {
    runOn(handle, 'ROLLBACK');
    throw error;
  }
}
