/*
 * What a battery collects, and what is judged by. None of it comes from the library: triggers wrote
 * the history, the bodies of the jobs the journal, the battery itself the faults. All instants are in
 * milliseconds on the database's clock.
 */

/** A change of the lock's table, as a trigger saw it. A row that was written as it was is none. */
export interface Change {
  /** Rises with each change. */
  readonly id: number;
  /** The database's present when the trigger ran, in whole milliseconds, rounded down. */
  readonly at: number;
  /** `dropped`: the whole table went, which the battery itself has noted. */
  readonly kind: 'insert' | 'update' | 'delete' | 'dropped';
  readonly name: string;
  readonly before: LockState | undefined;
  readonly after: LockState | undefined;
}

export interface LockState {
  readonly instance: string | null;
  /** A stand-in for the owner by which two can be told apart. */
  readonly holder: string | null;
  readonly fence: number;
  readonly acquiredAt: number;
  readonly lockedUntil: number;
  readonly releasedAt: number | null;
  readonly lastTick: number | null;
}

/** Something that was committed, and its place in the order of all commits. */
export interface Commit {
  readonly what: 'grant' | 'fenced-write';
  readonly name: string;
  readonly fence: number;
  /** The lower, the earlier. Equal ones cannot be told apart. */
  readonly position: number;
}

/** A line that a job's body, or the instance around it, wrote to a file that outlives its process. */
export type JournalLine = {
  readonly at: number;
  readonly instance: string;
} & (
  | { readonly what: 'up' }
  /** A body began, of a cron or of a call. */
  | {
      readonly what: 'started';
      readonly name: string;
      readonly fence: number;
      readonly cron: boolean;
      /** Its `holdAtLeast`. */
      readonly holdMs: number;
    }
  /** Its signal fired. */
  | {
      readonly what: 'aborted';
      readonly name: string;
      readonly fence: number;
      readonly reason: string;
    }
  | { readonly what: 'ended'; readonly name: string; readonly fence: number }
  /** What became of a write through the lease's transaction, or of one past it, begun then. */
  | {
      readonly what: 'fenced' | 'unfenced';
      readonly since: number;
      readonly name: string;
      readonly fence: number;
      readonly outcome: 'committed' | 'lost' | 'failed';
    }
  /** What a call was told, or a fire of a cron; it had asked since then. */
  | {
      readonly what: 'told';
      readonly name: string;
      readonly since: number;
      /** For how long it was to wait for the name, by its own clock. */
      readonly waitMs: number;
      readonly outcome: 'completed' | 'skipped' | 'failed';
      readonly reason: string;
    }
  /** It is about to end somebody's grant by force. */
  | { readonly what: 'forcing'; readonly name: string; readonly fence: number }
  /** Its observer was told that it has lost a lease, and how that was found out. */
  | {
      readonly what: 'lost';
      readonly name: string;
      readonly fence: number;
      readonly cause: string;
    }
  /** All racers have asked for a name since then, and each has its answer. */
  | {
      readonly what: 'raced';
      readonly name: string;
      readonly since: number;
      readonly winners: number;
      readonly failures: number;
    }
  /** The event loop did not run from then until `at`, and perhaps longer: a later line tells that. */
  | { readonly what: 'stalled'; readonly since: number }
);

/** Something that the battery did. */
export interface Injected {
  readonly kind: string;
  readonly on: 'instance' | 'database' | 'row' | 'race';
  /** The process that it was done to, if it was one. */
  readonly instance: string | undefined;
  /** The grant that its target held by the row, when it was aimed at a holder. */
  readonly aimedAt: { readonly name: string; readonly fence: number } | undefined;
  /** Whether its process cannot run meanwhile. */
  readonly hinders: boolean;
  /** Whether it excuses nothing: its instance runs on, and loses at most what is taken by force. */
  readonly harmless: boolean;
  readonly from: number;
  readonly to: number;
}

/** What became of a process: each start of an instance has a label of its own. */
export interface Life {
  readonly instance: string;
  /** Of its modules among the imports. */
  readonly order: string;
  readonly startedAt: number;
  /** Of both its clocks; 1 if they are right in that. */
  readonly speed: number;
  /** When its process was gone, or killed; `undefined` while it lives. */
  readonly diedAt: number | undefined;
  /**
   * `end`: by itself, which it never should. `refused`: it said that it could not start, as it may
   * while the database is away.
   */
  readonly how: 'SIGKILL' | 'SIGTERM' | 'end' | 'refused' | undefined;
  /** Its exit code, or the signal that ended it. */
  readonly exit: string | undefined;
  /** The last that it printed, where it ended by itself. */
  readonly said?: string;
}

/** The end of a battery, in which nothing is done to anybody. */
export interface Calm {
  readonly from: number;
  readonly to: number;
  /** Who was there. */
  readonly instances: readonly string[];
}

/** A connection of an instance ended, whoever ended it: a reply that was under way is lost with it. */
export interface Cut {
  readonly instance: string;
  /** When its proxy noticed, which is only after a fault that holds back what is sent. */
  readonly at: number;
}

/** A row of the application, written by a body through its lease, or past it. */
export interface CounterState {
  readonly name: string;
  readonly kind: 'fenced' | 'unfenced';
  /** What the counter shows: each body wrote one more than it had read before its work. */
  readonly value: number;
  /** How many writes were committed. */
  readonly writes: number;
}

/** For so long at least a stranger's transaction held the row of a name. */
export interface RowLock {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export interface Deadlock {
  /** When the server had told of it. */
  readonly at: number;
  /** In its own words. */
  readonly text: string;
}

/** A ttl is asked for by each acquire and each renewal of a name. */
interface Ttls {
  readonly jobsMs: number;
  readonly racesMs: number;
}

export interface Evidence {
  readonly ttls: Ttls;
  readonly changes: readonly Change[];
  readonly commits: readonly Commit[];
  readonly journal: readonly JournalLine[];
  readonly injected: readonly Injected[];
  /** How often each kind of fault was tried, whether it could be done or not. */
  readonly tried: Readonly<Record<string, number>>;
  readonly rowLocks: readonly RowLock[];
  readonly lives: readonly Life[];
  readonly cuts: readonly Cut[];
  readonly calm: Calm;
  readonly counters: readonly CounterState[];
  /** `undefined` where the database has none. */
  readonly deadlocks: readonly Deadlock[] | undefined;
}
