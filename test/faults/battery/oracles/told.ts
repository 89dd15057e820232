import type { JournalLine } from '../evidence.js';

export type Told = Extract<JournalLine, { what: 'told' }>;

/** Of these skips a grant may be left behind; the other ones are answers of the database's. */
const GIVEN_UP = ['closing', 'store-error'];

/** That somebody has the name, or has just had it and keeps it for a while. */
export const HELD = ['held', 'hold-at-least'];

/** Reasons of a skip that only the database can tell. */
export const DATABASE_SAYS = [...HELD, 'tick-taken'];

/** That its own instance is closing. */
const CLOSING = ['closing', 'MarathonClosingError'];

/** A body that is told to stop ends with these, and so does its call, which had its answer before. */
const OF_BODIES = ['AbortError', 'LeaseLostError'];

export function isClosing({ reason }: Told): boolean {
  return CLOSING.includes(reason);
}

/** Whether its caller was told nothing of what the database says. */
export function isFailure({ outcome, reason }: Told): boolean {
  if (outcome === 'failed') return !OF_BODIES.includes(reason);
  return GIVEN_UP.includes(reason);
}
