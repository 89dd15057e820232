import type {
  Change,
  Commit,
  CounterState,
  Calm,
  Cut,
  Evidence,
  Injected,
  JournalLine,
  Life,
  LockState,
  RowLock,
} from '../evidence.js';

export const TTL_MS = 1000;

type Unnamed<Line> = Line extends unknown ? Omit<Line, 'name' | 'fence' | 'instance'> : never;
type BodyLine = Unnamed<
  Exclude<JournalLine, { what: 'up' | 'stalled' | 'told' | 'raced' | 'forcing' }>
>;

/** Evidence made up line by line: a battery that went well, or one that did not. */
export class History {
  readonly #changes: Change[] = [];
  readonly #commits: Commit[] = [];
  readonly #journal: JournalLine[] = [];
  readonly #injected: Injected[] = [];
  readonly #tried: Record<string, number> = {};
  readonly #rowLocks: RowLock[] = [];
  readonly #lives: Life[] = [];
  readonly #cuts: Cut[] = [];
  #calm: Calm = { from: 0, to: 0, instances: [] };
  readonly #counters: CounterState[] = [];
  readonly #rows = new Map<string, LockState>();

  /** Grants a name at an instant, which is its fence, on its own instance, `on-<fence>`. */
  grant(name: string, at: number, odd: Partial<LockState> = {}, seenAt = at): this {
    const fence = odd.fence ?? at;
    this.#commits.push({ what: 'grant', name, fence, position: this.#commits.length });
    return this.change(name, seenAt, {
      fence,
      instance: `on-${fence}`,
      holder: `holder-${fence}`,
      acquiredAt: at,
      lockedUntil: at + TTL_MS,
      releasedAt: null,
      ...odd,
    });
  }

  renew(name: string, at: number, seenAt = at): this {
    return this.change(name, seenAt, { lockedUntil: at + TTL_MS });
  }

  release(name: string, at: number, holdUntil = at): this {
    const { lockedUntil = at } = this.#rows.get(name) ?? {};
    const until = Math.max(Math.min(lockedUntil, at), holdUntil);
    return this.change(name, at, { releasedAt: at, lockedUntil: until });
  }

  /** As somebody had asked for who had seen the grant. */
  forceRelease(name: string, at: number, odd: Partial<LockState> = {}): this {
    const { fence = 0 } = this.#rows.get(name) ?? {};
    this.journal({ what: 'forcing', instance: 'operator', name, fence, at });
    return this.change(name, at, {
      holder: `hand-${at}`,
      fence: at,
      releasedAt: at,
      lockedUntil: at,
      ...odd,
    });
  }

  /** Whatever else becomes of a row. */
  change(name: string, at: number, values: Partial<LockState>): this {
    const before = this.#rows.get(name);
    const after: LockState = { ...(before ?? NOBODY), ...values };
    this.#rows.set(name, after);
    return this.#note(before ? 'update' : 'insert', name, at, before, after);
  }

  delete(name: string, at: number): this {
    const before = this.#rows.get(name);
    this.#rows.delete(name);
    return this.#note('delete', name, at, before, undefined);
  }

  drop(at: number): this {
    this.#rows.clear();
    return this.#note('dropped', '', at, undefined, undefined);
  }

  /** Lines of the body of a grant, on the instance that was granted it. */
  body(name: string, fence: number, ...lines: BodyLine[]): this {
    for (const line of lines) {
      this.journal({ name, fence, instance: `on-${fence}`, ...line });
    }
    return this;
  }

  journal(...lines: JournalLine[]): this {
    this.#journal.push(...lines);
    return this;
  }

  stalled(instance: string, since: number, at: number): this {
    return this.journal({ what: 'stalled', instance, since, at });
  }

  /** What a caller on an instance was told, who had asked since then. */
  told(name: string, instance: string, since: number, at: number, reason = '', waitMs = 0): this {
    const outcome = reason ? 'skipped' : 'completed';
    return this.journal({ what: 'told', name, instance, since, waitMs, at, outcome, reason });
  }

  /** A call that was told of a failure. */
  failed(name: string, instance: string, since: number, at: number): this {
    const failure = { outcome: 'failed', reason: 'LockStoreError', waitMs: 0 } as const;
    return this.journal({ what: 'told', name, instance, since, at, ...failure });
  }

  raced(name: string, since: number, at: number, winners: number, failures = 0): this {
    return this.journal({ what: 'raced', instance: 'racers', name, since, at, winners, failures });
  }

  fencedWrite(name: string, fence: number): this {
    const position = this.#commits.length;
    this.#commits.push({ what: 'fenced-write', name, fence, position });
    return this;
  }

  counter(name: string, kind: CounterState['kind'], value: number, writes = value): this {
    this.#counters.push({ name, kind, value, writes });
    return this;
  }

  rowLock(name: string, from: number, to: number): this {
    this.#rowLocks.push({ name, from, to });
    return this;
  }

  fault(kind: string, from: number, to: number, odd: Partial<Injected> = {}): this {
    const on = odd.instance ? 'instance' : 'database';
    const plain: Omit<Injected, 'kind' | 'from' | 'to'> = {
      on,
      instance: undefined,
      aimedAt: undefined,
      hinders: false,
      harmless: false,
    };
    this.#injected.push({ kind, from, to, ...plain, ...odd });
    return this.tried(kind, 1);
  }

  /** So many times, whether it could be done or not. */
  tried(kind: string, times: number): this {
    this.#tried[kind] = (this.#tried[kind] ?? 0) + times;
    return this;
  }

  death(instance: string, diedAt: number, how: Life['how'] = 'SIGKILL', speed = 1): this {
    const exit = how === 'SIGTERM' ? '0' : 'SIGKILL';
    return this.life({ instance, speed, diedAt, how, exit });
  }

  life(life: Partial<Life>): this {
    const plain = { instance: 'w1.1', order: 'any', startedAt: 0, speed: 1, exit: undefined };
    this.#lives.push({ ...plain, diedAt: undefined, how: undefined, ...life });
    return this;
  }

  calm(from: number, to: number, ...instances: string[]): this {
    this.#calm = { from, to, instances };
    return this;
  }

  cut(instance: string, at: number): this {
    this.#cuts.push({ instance, at });
    return this;
  }

  get evidence(): Evidence {
    return {
      ttls: { jobsMs: TTL_MS, racesMs: TTL_MS },
      changes: this.#changes,
      commits: this.#commits,
      journal: this.#journal,
      injected: this.#injected,
      tried: this.#tried,
      rowLocks: this.#rowLocks,
      lives: this.#lives,
      cuts: this.#cuts,
      calm: this.#calm,
      counters: this.#counters,
      deadlocks: [],
    };
  }

  #note(
    kind: Change['kind'],
    name: string,
    at: number,
    before: LockState | undefined,
    after: LockState | undefined,
  ): this {
    this.#changes.push({ id: this.#changes.length + 1, kind, name, at, before, after });
    return this;
  }
}

export const started = (at: number, cron = false, holdMs = 0): BodyLine => ({
  ...{ what: 'started', at, cron, holdMs },
});
export const ended = (at: number): BodyLine => ({ what: 'ended', at });
export const aborted = (at: number, why = 'LeaseLostError'): BodyLine => ({
  ...{ what: 'aborted', at, reason: `${why}: stop.` },
});
export const wrote = (
  what: 'fenced' | 'unfenced',
  at: number,
  outcome: 'committed' | 'lost' | 'failed' = 'committed',
  since = at,
): BodyLine => ({ what, at, since, outcome });

const NOBODY: LockState = {
  instance: null,
  holder: null,
  fence: 0,
  acquiredAt: 0,
  lockedUntil: 0,
  releasedAt: null,
  lastTick: null,
};
