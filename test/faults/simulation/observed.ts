import type { Notify } from '../../../lib/core/notify.js';
import type {
  FinishedEvent,
  LeaseEvent,
  LostEvent,
  RenewedEvent,
  RunObserver,
  SkippedEvent,
  StoreErrorEvent,
} from '../../../lib/core/run-observer.js';
import { drawnFor } from './calls.js';
import type { Holding, Holdings } from './holdings.js';
import type { Verdicts } from './verdicts.js';

/** When a run is told to stop, a renewal and the body's own `extend` may have been asked for. */
const MOST_UNDER_WAY = 2;

/** What the observers of one instance are told, held against what it could know, and against itself. */
export class Observed {
  readonly #label: string;
  readonly #verdicts: Verdicts;
  readonly #holdings: Holdings;
  /** In calm weather nothing is lost, and no call fails. */
  readonly #isCalm: boolean;
  /** How often each was renewed since it was over its `maxRuntime`. */
  readonly #renewedSince = new Map<string, number>();

  constructor(label: string, verdicts: Verdicts, holdings: Holdings, isCalm: boolean) {
    this.#label = label;
    this.#verdicts = verdicts;
    this.#holdings = holdings;
    this.#isCalm = isCalm;
  }

  readonly told: Notify = (method, event) => {
    if (method !== 'onAttempted') this.#trace(method, event);
    if (method === 'onSkipped') drawnFor.getStore()?.told.push((event as SkippedEvent).reason);
    else if (method === 'onStoreError') this.#failed(event as StoreErrorEvent);
    else if ('fence' in event) this.#ofLease(method, event);
  };

  #ofLease(method: keyof RunObserver, event: LeaseEvent): void {
    this.#verdicts.judges('lease');
    const holding = this.#holdings.of(event);
    if (!holding) return this.#broken(event, `nobody was granted it, and ${method} was told`);
    if (method === 'onStarted') this.#started(holding, event);
    else if (method === 'onRenewed') this.#renewed(holding, event as RenewedEvent);
    else if (method === 'onOverran') this.#overran(holding, event);
    else if (method === 'onFinished') this.#finished(holding, event as FinishedEvent);
    else if (method === 'onLost') this.#lost(holding, event as LostEvent);
    else if (method === 'onReleased') this.#released(holding, event);
  }

  #started({ told }: Holding, event: LeaseEvent): void {
    told.started += 1;
    if (told.started > 1) this.#broken(event, 'was told to start twice');
  }

  #renewed({ told, expiresAt }: Holding, event: RenewedEvent): void {
    const lease = `${event.name} ${event.fence}`;
    if (told.lost + told.finished + told.released > 0) {
      this.#broken(event, 'was told to be renewed after its end');
    }
    if (event.expiresAt.getTime() !== expiresAt) {
      this.#broken(event, `was told to expire ${event.expiresAt.getTime() - expiresAt} ms off`);
    }
    const since = (this.#renewedSince.get(lease) ?? -Infinity) + 1;
    if (since === MOST_UNDER_WAY + 1) this.#broken(event, 'is renewed after its maxRuntime');
    this.#renewedSince.set(lease, since);
  }

  #overran(holding: Holding, { name, fence }: LeaseEvent): void {
    holding.isOverrun = true;
    this.#renewedSince.set(`${name} ${fence}`, 0);
  }

  #finished(holding: Holding, event: FinishedEvent): void {
    const { told, bodyEnd, isLost } = holding;
    told.finished += 1;
    if (told.finished > 1) this.#broken(event, 'was told to finish twice');
    if (event.outcome !== bodyEnd) {
      this.#broken(event, `was told to have ${event.outcome}, and its body ${bodyEnd ?? 'runs'}`);
    }
    if (event.lost !== isLost) {
      this.#broken(event, `was told to finish with lost: ${event.lost}, and was it: ${isLost}`);
    }
    if (isLost && told.lost === 0) this.#broken(event, 'is lost, and nobody was told');
    holding.finished();
  }

  #lost({ told, isPast, isRefused, isOverrun, isRenewed }: Holding, event: LostEvent): void {
    const { cause } = event;
    told.lost += 1;
    if (told.lost > 1) this.#broken(event, 'was told to be lost twice');
    const unrenewed = isRenewed ? 'deadline' : 'not-renewed';
    const isTrue =
      cause === 'refused' ? isRefused : isPast && cause === (isOverrun ? 'max-runtime' : unrenewed);
    if (!isTrue) this.#broken(event, `was told to be lost (${cause}), and was not`);
    if (this.#isCalm && (cause === 'refused' || cause === 'deadline')) {
      const what = `${event.name} ${event.fence} was lost (${cause}) though nothing went wrong`;
      this.#verdicts.broken('liveness', what);
    }
  }

  #released({ told, released }: Holding, event: LeaseEvent): void {
    told.released += 1;
    if (told.released > 1) this.#broken(event, 'was told to be released twice');
    if (told.lost === 0 && released === 'released') return;
    this.#broken(event, `was told to be released, and was ${released ?? 'not given back'}`);
  }

  #failed({ name }: StoreErrorEvent): void {
    if (!this.#isCalm) return;
    this.#verdicts.broken('liveness', `a call for ${name} failed though nothing went wrong`);
  }

  #trace(method: keyof RunObserver, event: object): void {
    this.#verdicts.trace?.(
      this.#label,
      `${method} ${JSON.stringify(event, (key, value: unknown) =>
        key === 'instance' || key === 'error' ? undefined : value,
      )}`,
    );
  }

  #broken({ name, fence }: LeaseEvent, what: string): void {
    this.#verdicts.broken('lease', `fence ${fence} of ${name} ${what}`);
  }
}
