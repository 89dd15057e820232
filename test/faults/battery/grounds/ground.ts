import type { Change, Commit, Deadlock } from '../evidence.js';

export type GroundDialect = 'postgres' | 'mariadb' | 'sqlite';

/** Ends what was begun. */
export type Undo = () => Promise<void>;

/**
 * A database server of a battery's own, with one database, and all that can be done to it. What it
 * runs on may break: its files are in a folder of its own, of a size that can be filled up.
 */
export interface Ground {
  readonly dialect: GroundDialect;

  /** Reaches the database as the application's user. */
  readonly url: string;

  /** One that has the lock's table, its triggers, and the tables of the application; all empty. */
  prepare(applicationTables: readonly string[]): Promise<void>;

  /**
   * A connection past the library, as the owner of the database. `?` marks a parameter; whole numbers
   * come as numbers. It connects anew by itself; while the server is away it rejects.
   */
  query<Row = Record<string, unknown>>(
    text: string,
    parameters?: readonly unknown[],
  ): Promise<Row[]>;

  /** The database's present, in epoch milliseconds. */
  now(): Promise<number>;

  /** What can go wrong here. A fault that this database does not know is not in it. */
  readonly faults: Partial<GroundFaults>;

  /** Every change of the lock's table, in the order in which they were made. */
  changes(): Promise<Change[]>;

  /** In which order grants and fenced writes were committed. */
  commits(): Promise<Commit[]>;

  /** Deadlocks that the server has met. */
  deadlocks(): Promise<Deadlock[]>;

  /** The isolation level of new sessions that ask for no other, also after a restart. */
  isolate(level: string): Promise<void>;

  /** Has a process killed if this one dies: one that is stopped would not notice. */
  guard(pid: number): () => void;

  close(): Promise<void>;
}

/** Each begins something, and gives what ends it; both are done when the promise resolves. */
export interface GroundFaults {
  /**
   * Ends connections by a command of the server.
   * @param ports the client's ends of them
   * @returns how many it ended
   */
  killConnections(ports: readonly number[]): Promise<number>;
  /** Resolves when the server can be used again. */
  restart(how: 'fast' | 'immediate'): Promise<void>;
  /** Fills the disk on which the database lies, but for what is written at once by its undo. */
  fillDisk(): Promise<Undo>;
  readOnly(): Promise<Undo>;
  /** Takes from the application the right to write to the lock's table. */
  revoke(): Promise<Undo>;
  /** Drops the lock's table with all of its rows; its undo makes it anew, with its triggers. */
  dropTable(): Promise<Undo>;
  /**
   * A stranger's transaction locks rows of the lock's table (on SQLite: all there is).
   * @returns `undefined` if there are no such rows, and nothing is locked
   */
  lockRows(names: readonly string[]): Promise<Undo | undefined>;
}
