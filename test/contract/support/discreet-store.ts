import { inspect } from 'node:util';
import type { LockStore } from '../../../lib/core/lock-store.js';

/**
 * The store, watched in every call of every test: whoever speaks of an owner, in an answer or in an
 * error, fails the test. It could release the lease of another.
 */
export function discreet(store: LockStore): LockStore {
  return {
    acquire: (batch, ...within) => watched(batch, store.acquire(batch, ...within)),
    renew: (batch, ...within) => watched(batch, store.renew(batch, ...within)),
    release: (batch, ...within) => watched(batch, store.release(batch, ...within)),
    inspect: (names, timeoutMs) => watched([], store.inspect(names, timeoutMs)),
    list: (page, timeoutMs) => watched([], store.list(page, timeoutMs)),
    forceRelease: (request, timeoutMs) =>
      watched([request], store.forceRelease(request, timeoutMs)),
    close: () => store.close(),
  };
}

const UUID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

const everyOwner = new Set<string>();

async function watched<Answer>(
  batch: readonly { readonly owner: string }[],
  call: Promise<Answer>,
): Promise<Answer> {
  for (const { owner } of batch) everyOwner.add(owner);
  const outcome = await call.then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) {
    assertNoOwner(outcome.error);
    throw outcome.error;
  }
  assertNoOwnerIn(JSON.stringify(outcome.answer));
  return outcome.answer;
}

/** Looks for every owner that was ever sent, in all that can be reached from a value. */
export function assertNoOwner(value: unknown): void {
  assertNoOwnerIn(inspect(value, { depth: null, showHidden: true, maxStringLength: null }));
}

function assertNoOwnerIn(text: string): void {
  for (const { 0: found, index } of text.matchAll(UUID)) {
    if (!everyOwner.has(found)) continue;
    throw new Error(`An owner was told: …${text.slice(Math.max(0, index - 300), index + 100)}…`);
  }
}
