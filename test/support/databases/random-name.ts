import { randomUUID } from 'node:crypto';

/** A database name that is safe to write into a statement and says whose it is if it is left. */
export function randomName(): string {
  return `marathon_test_${randomUUID().replaceAll('-', '').slice(0, 12)}`;
}
