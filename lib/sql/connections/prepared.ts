/** Clients behind which a prepared statement was not what it should be. */
const forgetful = new WeakSet<object>();

/**
 * Sends a statement as one that the server keeps prepared, which spares it the parsing and planning.
 *
 * What is prepared is known to one session of the server. A pooler that hands sessions out by
 * transaction has to keep track, and where it does not, the statement fails before any of it is run:
 * then it is sent in full, as are all that follow on this client.
 */
export async function sendPrepared<T>(
  client: object,
  { prepared, inFull, verdict }: Ways<T>,
): Promise<T> {
  if (forgetful.has(client)) return inFull();
  try {
    return await prepared();
  } catch (error) {
    const found = verdict((error ?? {}) as DriverError);
    if (found) forgetful.add(client);
    if (found !== 'not-run') throw error;
    return inFull();
  }
}

interface Ways<T> {
  readonly prepared: () => Promise<T>;
  readonly inFull: () => Promise<T>;
  readonly verdict: (error: DriverError) => PreparingVerdict | undefined;
}

/**
 * What an error says of preparing: the statement was `not-run`, because of what is prepared; or it was
 * `not-prepared`, by a fault of its own. `undefined`: nothing.
 */
export type PreparingVerdict = 'not-run' | 'not-prepared';

interface DriverError {
  readonly code?: unknown;
  readonly errno?: unknown;
}
