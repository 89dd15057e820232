import { quoted } from '../../core/errors.js';
import type {
  FinishedEvent,
  ForceReleasedEvent,
  LeaseEvent,
  LostEvent,
  OverranEvent,
  RunObserver,
  SkippedEvent,
  StoreErrorEvent,
} from '../../core/run-observer.js';
import type { Holder } from '../../core/run-result.js';

/** What is used of a logger. */
export interface Log {
  debug(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Who was granted the name this recently has won a race, as is ordinary; who has it longer is slow. */
const RACE_MS = 1000;
const WHY_LOST: Readonly<Record<LostEvent['cause'], string>> = {
  refused: 'the database says that it had expired, or was taken over',
  deadline: 'it could not be renewed in time',
  'not-renewed': 'its ttl is over, and with renew: false it is not renewed',
  'max-runtime': 'it went on after its maxRuntime, and was not renewed any more',
};
/** A deadlock or a busy SQLite is over at the next try, milliseconds later; the third one is trouble. */
const TROUBLE = 3;
/** Names may be made of arguments, without end: of those told last this many are remembered. */
const MOST_REMEMBERED = 1000;

/**
 * Logs what an operator has to know, once: that another instance won a tick is ordinary, that a run
 * is slower than its period is a warning when it begins, and a lost lease is an error.
 */
export class LoggingObserver implements RunObserver {
  readonly #log: Log;
  /** The grant that each name was skipped for last, so that a streak of skips is one warning. */
  readonly #overlaps = new Map<string, number>();
  /** How often the database failed for each name since it last answered, likewise. */
  readonly #failures = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  onSkipped({ name, reason, holder }: SkippedEvent): void {
    if (reason === 'store-error') {
      this.#log.warn(`${quoted(name)} was skipped, because the database failed`);
      return;
    }
    if (reason !== 'closing') this.#answered(name);
    if (reason !== 'held' || !holder) {
      const by = holder ? `, by ${quoted(holder.instance)}` : '';
      this.#log.debug(`${quoted(name)} was skipped (${reason}${by})`);
      return;
    }
    const told = this.#overlaps.get(name) === holder.fence || ageMs(holder) < RACE_MS;
    if (!told) remember(this.#overlaps, name, holder.fence);
    this.#log[told ? 'debug' : 'warn'](`${quoted(name)} was skipped: ${described(holder)}`);
  }

  onStarted({ name }: LeaseEvent): void {
    this.#answered(name);
  }

  onRenewed({ name }: LeaseEvent): void {
    this.#answered(name);
  }

  onReleased({ name }: LeaseEvent): void {
    this.#answered(name);
  }

  onFinished({ name, fence, outcome, durationMs }: FinishedEvent): void {
    this.#log.debug(`${quoted(name)} ${outcome} after ${durationMs} ms (fence ${fence})`);
  }

  onLost({ name, fence, cause, sinceRenewalMs, blockedMs }: LostEvent): void {
    const blocked = blockedMs > 0 ? `; the event loop was blocked for ${blockedMs} ms` : '';
    this.#log.error(
      `${quoted(name)} lost its lease (fence ${fence}): ${WHY_LOST[cause]}. It was last renewed ` +
        `${sinceRenewalMs} ms ago${blocked}. Another run may have overlapped with it.`,
    );
  }

  onOverran({ name, fence, maxRuntimeMs }: OverranEvent): void {
    this.#log.warn(
      `${quoted(name)} runs for longer than its maxRuntime of ${maxRuntimeMs} ms (fence ${fence}): ` +
        `it was told to stop by its signal, and is not renewed any more`,
    );
  }

  onForceReleased({ name, holder, reason }: ForceReleasedEvent): void {
    this.#log.warn(
      `${quoted(name)} was taken from ${quoted(holder.instance)} by force (fence ` +
        `${holder.fence}): ${quoted(reason)}`,
    );
  }

  onStoreError({ name, operation, error }: StoreErrorEvent): void {
    const before = this.#failures.get(name) ?? 0;
    const now = before + (error.retryable ? 1 : TROUBLE);
    remember(this.#failures, name, now);
    const isNews = before < TROUBLE && now >= TROUBLE;
    this.#log[isNews ? 'warn' : 'debug'](`${quoted(name)}: ${operation} failed. ${error.message}`);
  }

  #answered(name: string): void {
    const failures = this.#failures.get(name) ?? 0;
    this.#failures.delete(name);
    if (failures >= TROUBLE) this.#log.warn(`${quoted(name)}: the database answers again`);
  }
}

function remember<Value>(map: Map<string, Value>, name: string, value: Value): void {
  map.delete(name);
  map.set(name, value);
  if (map.size > MOST_REMEMBERED) map.delete(map.keys().next().value!);
}

/** Who has a name, for how long already, and until when. */
function described(holder: Holder): string {
  const { instance, expiresAt, fence } = holder;
  return (
    `held by ${quoted(instance)} for ${Math.round(ageMs(holder) / 1000)} s, until ` +
    `${expiresAt.toISOString()} if it is not renewed (fence ${fence})`
  );
}

/** By two clocks, this machine's and the database's: good enough to read, and never negative. */
function ageMs({ acquiredAt }: Holder): number {
  return Math.max(0, Date.now() - acquiredAt.getTime());
}
