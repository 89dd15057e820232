import type {
  FencedAnswer,
  FencedTransactions,
  FenceRequest,
} from '../../../lib/core/fenced-transactions.js';
import type { Wire } from './wire.js';

const COMMIT_TIMEOUT_MS = 5000;

/** Fenced transactions as the port wants them: the check comes last, and with the COMMIT. */
export class ModelTransactions implements FencedTransactions {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async run<T>(
    request: FenceRequest,
    work: (manager: never) => Promise<T>,
  ): Promise<FencedAnswer<T>> {
    const value = await work(undefined as never);
    const isCommitted = await this.#wire.commit(request, COMMIT_TIMEOUT_MS);
    return isCommitted ? { committed: true, value } : { committed: false };
  }
}
