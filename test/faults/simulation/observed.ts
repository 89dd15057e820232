import type { Lease } from '../../../lib/core/lease.js';
import type { Notify } from '../../../lib/core/notify.js';
import type { RunObserver } from '../../../lib/core/run-observer.js';
import type { Verdicts } from './verdicts.js';

/** When a run is told to stop, a renewal and the body's own `extend` may have been asked for. */
const MOST_UNDER_WAY = 2;

/** What the observers of one instance are told, held against itself. */
export class Observed {
  readonly #label: string;
  readonly #verdicts: Verdicts;
  /** In calm weather nothing is lost, and no call fails. */
  readonly #isCalm: boolean;
  /** Leases of which the end was told. */
  readonly #over = new Set<string>();
  readonly #started = new Set<string>();
  /** How often each was renewed since it was over its `maxRuntime`. */
  readonly #renewedSince = new Map<string, number>();
  readonly #failedReleases = new Set<string>();

  constructor(label: string, verdicts: Verdicts, isCalm: boolean) {
    this.#label = label;
    this.#verdicts = verdicts;
    this.#isCalm = isCalm;
  }

  readonly told: Notify = (method, event) => {
    const { name } = event;
    const fence = 'fence' in event ? event.fence : undefined;
    const lease = `${name} ${fence}`;
    if (method !== 'onAttempted') this.#trace(method, event);
    if (method === 'onStarted') {
      if (this.#started.has(lease)) this.#broken(`${lease} was told to start twice`);
      this.#started.add(lease);
    } else if (method === 'onRenewed') {
      if (this.#over.has(lease)) this.#broken(`${lease} was told to be renewed after its end`);
      const since = (this.#renewedSince.get(lease) ?? -Infinity) + 1;
      if (since === MOST_UNDER_WAY + 1) this.#broken(`${lease} is renewed after its maxRuntime`);
      this.#renewedSince.set(lease, since);
    } else if (method === 'onOverran') {
      this.#renewedSince.set(lease, 0);
    } else if (method === 'onFinished' || method === 'onReleased') {
      this.#over.add(lease);
    } else if (method === 'onLost') {
      this.#over.add(lease);
      const cause = 'cause' in event ? event.cause : '';
      if (this.#isCalm && (cause === 'refused' || cause === 'deadline')) {
        this.#verdicts.broken('liveness', `${lease} was lost (${cause}) though nothing went wrong`);
      }
    } else if (method === 'onStoreError') {
      if ('operation' in event && event.operation === 'release') this.#failedReleases.add(name);
      if (this.#isCalm) {
        this.#verdicts.broken('liveness', `a call for ${name} failed though nothing went wrong`);
      }
    }
  };

  /** Its release by hand begins. */
  letGo(name: string, fence: number): void {
    this.#over.add(`${name} ${fence}`);
  }

  /** Whether the end of a lease was told. */
  isOver({ name, fence }: Lease): boolean {
    return this.#over.has(`${name} ${fence}`);
  }

  hasFailedToRelease(name: string): boolean {
    return this.#failedReleases.has(name);
  }

  #trace(method: keyof RunObserver, event: object): void {
    this.#verdicts.trace?.(
      this.#label,
      `${method} ${JSON.stringify(event, (key, value: unknown) =>
        key === 'instance' || key === 'error' ? undefined : value,
      )}`,
    );
  }

  #broken(what: string): void {
    this.#verdicts.broken('lease', what);
  }
}
