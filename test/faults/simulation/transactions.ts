import type {
  FencedAnswer,
  FencedTransactions,
  FenceRequest,
} from '../../../lib/core/fenced-transactions.js';
import type { Decisions } from './decisions.js';
import type { Wire } from './wire.js';

const COMMIT_TIMEOUT_MS = 5000;

/** Fenced transactions as the port wants them: the check comes last, and with the COMMIT. */
export class ModelTransactions implements FencedTransactions {
  readonly #wire: Wire;
  readonly #decisions: Decisions;

  constructor(wire: Wire, decisions: Decisions) {
    this.#wire = wire;
    this.#decisions = decisions;
  }

  async run<T>(
    request: FenceRequest,
    work: (manager: never) => Promise<T>,
  ): Promise<FencedAnswer<T>> {
    const value = await work(undefined as never);
    const decide = (): boolean => this.#decisions.commit(request);
    const isCommitted = await this.#wire.commit(request.name, decide, COMMIT_TIMEOUT_MS);
    return isCommitted ? { committed: true, value } : { committed: false };
  }
}
