import type { Worker } from '../../support/worker.js';

/** Lets an instance with RemoteLocks try to get a name: `acquired`, `refused` or `failed`. */
export async function tryToAcquire(
  worker: Worker,
  { name, ttlMs }: { readonly name: string; readonly ttlMs: number },
): Promise<string> {
  const answered = worker.messages.waitFor((message) => message['name'] === name, 20_000);
  await worker.send({ type: 'acquire', name, ttlMs });
  return (await answered).type;
}
