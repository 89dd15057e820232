import type { LockRecord } from '../../core/lock-store.js';
import { recordOf, type Row } from './dialect.js';

/** A request that says whose the row should be. */
export interface Owned {
  readonly name: string;
  readonly owner: string;
  readonly fence?: number | undefined;
}

/** What is told of a row, unless it was never taken. */
export function takenOf(row: Row): LockRecord | undefined {
  return Number(row['fence']) > 0 ? recordOf(row) : undefined;
}

export function ownRecordOf(row: Row | undefined, { owner, fence }: Owned): LockRecord | undefined {
  if (row?.['owner'] !== owner) return undefined;
  const record = takenOf(row);
  return fence === undefined || fence === record?.fence ? record : undefined;
}

/** The record of a lease that is the request's, and has not ended. */
export function leaseOf(row: Row | undefined, request: Owned): LockRecord | undefined {
  const record = ownRecordOf(row, request);
  const valid =
    record?.releasedAt === undefined && Number(record?.lockedUntil) > Number(row?.['now']);
  return valid ? record : undefined;
}
