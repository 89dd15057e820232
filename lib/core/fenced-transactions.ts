/** Which grant a transaction is for. */
export interface FenceRequest {
  readonly name: string;
  readonly owner: string;
  readonly fence: number;
}

/** What became of a fenced transaction. */
export type FencedAnswer<T> =
  { readonly committed: true; readonly value: T } | { readonly committed: false };

/**
 * The other port: transactions of the application that commit only while a grant is the latest of
 * its name, and unreleased. What has expired may commit, as long as nobody else has taken it.
 *
 * See Martin Kleppmann, "How to do distributed locking" (2016), on why a lock without a fence
 * cannot protect a write.
 */
export interface FencedTransactions {
  /**
   * Hands its manager to `work`, of a type that the core does not know.
   *
   * @throws whatever `work` throws, and whatever the database does: it is rolled back then
   */
  run<T>(request: FenceRequest, work: (manager: never) => Promise<T>): Promise<FencedAnswer<T>>;
}
