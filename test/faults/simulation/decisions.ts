import type {
  AcquireAnswer,
  AcquireRequest,
  ForceReleaseAnswer,
  ForceReleaseRequest,
  ReleaseAnswer,
  ReleaseRequest,
  RenewAnswer,
  RenewRequest,
} from '../../../lib/core/lock-store.js';
import type { FenceRequest } from '../../../lib/core/fenced-transactions.js';
import { MemoryLockStore } from '../../../lib/core/memory-lock-store.js';
import type { Database } from './database.js';
import type { Ledger } from './ledger.js';
import type { Verdicts } from './verdicts.js';

/**
 * Lets the model decide, tells the ledger, and if asked to, puts the same question to the memory
 * store, which has to answer the same.
 */
export class Decisions {
  readonly #database: Database;
  readonly #ledger: Ledger;
  readonly #verdicts: Verdicts;
  readonly #memory: MemoryLockStore | undefined;

  constructor(
    database: Database,
    judges: { ledger: Ledger; verdicts: Verdicts },
    isMemoryCompared: boolean,
  ) {
    this.#database = database;
    this.#ledger = judges.ledger;
    this.#verdicts = judges.verdicts;
    const clock = { wallAt: () => database.nowAt };
    this.#memory = isMemoryCompared ? new MemoryLockStore(clock) : undefined;
  }

  acquire(request: AcquireRequest): AcquireAnswer {
    const answer = this.#database.store.acquire(request);
    this.#ledger.acquired(request, answer);
    this.#tell('acquire', request, answer.granted ? `granted ${answer.fence}` : answer.reason);
    this.#compare(this.#memory?.acquire([request]), answer);
    return answer;
  }

  renew(request: RenewRequest): RenewAnswer {
    const answer = this.#database.store.renew(request);
    this.#ledger.renewed(request, answer);
    this.#tell('renew', request, answer.renewed ? 'renewed' : 'refused');
    this.#compare(this.#memory?.renew([request]), answer);
    return answer;
  }

  release(request: ReleaseRequest): ReleaseAnswer {
    const answer = this.#database.store.release(request);
    this.#ledger.released(request, answer);
    this.#tell('release', request, answer);
    this.#compare(this.#memory?.release([request]), answer);
    return answer;
  }

  forceRelease(request: ForceReleaseRequest): ForceReleaseAnswer {
    const answer = this.#database.store.forceRelease(request);
    this.#ledger.forced(request, answer);
    this.#tell('force', request, answer.released ? 'released' : 'fence moved');
    this.#compare(
      this.#memory?.forceRelease(request).then((told) => [told]),
      answer,
    );
    return answer;
  }

  commit(request: FenceRequest): boolean {
    const isCommitted = this.#database.store.commit(request);
    if (isCommitted) this.#ledger.wrote(request);
    this.#tell('commit', { ...request }, isCommitted ? 'committed' : 'rolled back');
    return isCommitted;
  }

  #tell(
    verb: string,
    request: { name: string; owner: string; fence?: number | undefined },
    answer: string,
  ): void {
    this.#verdicts.trace?.(
      'store',
      `${verb} ${request.name} by ${request.owner}${request.fence ? ` (${request.fence})` : ''}: ${answer}`,
    );
  }

  #compare(memory: Promise<unknown[]> | undefined, model: unknown): void {
    if (!memory) return;
    const expected = JSON.stringify(model, sorted);
    this.#verdicts.judges('memory');
    void memory.then(([told]) => {
      const answer = JSON.stringify(told, sorted);
      if (answer !== expected) {
        this.#verdicts.broken('memory', `the memory store says ${answer}, the model ${expected}`);
      }
    });
  }
}

/** The same whatever the order in which an object's keys were made. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
