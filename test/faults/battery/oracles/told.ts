import type { JournalLine } from '../evidence.js';

export type Told = Extract<JournalLine, { what: 'told' }>;

/** Of these skips a grant may be left behind; the other ones are answers of the database's. */
const GIVEN_UP = ['closing', 'store-error'];

/** Whether its caller was told nothing of what the database says. */
export function isFailure({ outcome, reason }: Told): boolean {
  return outcome === 'failed' || GIVEN_UP.includes(reason);
}
