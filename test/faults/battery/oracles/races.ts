import type { Change, Evidence, JournalLine } from '../evidence.js';
import {
  instant,
  LONGEST_ATTEMPT_MS,
  ROUNDING_MS,
  TRUSTED_SHARE,
  ttlMsOf,
  type Finding,
} from './finding.js';
import { histories } from './history.js';

type Raced = Extract<JournalLine, { what: 'raced' }>;

/**
 * Of all who ask for one name at the same time one wins, since the winner keeps it until all have
 * their answer: never two, and not none if the name was free before they asked and each has an
 * answer of the database's.
 */
export function judgeRaces(evidence: Evidence): Finding<'races' | 'slow' | 'won' | 'free'> {
  const violations: string[] = [];
  const names = histories(evidence.changes);
  const races = evidence.journal.filter((line): line is Raced => line.what === 'raced');
  const judged = races.filter((race) => {
    // One that took longer may have had a winner who was told too late.
    const isQuick = race.at - race.since < TRUSTED_SHARE * ttlMsOf(evidence, race.name);
    return isQuick && !wasDropped(names.get(race.name) ?? [], race);
  });
  let free = 0;
  for (const race of judged) {
    const { at, failures, name, since, winners } = race;
    const isFree =
      failures === 0 && isFreeAt(names.get(name) ?? [], since) && isSettled(races, race);
    if (isFree) free += 1;
    if (winners > 1 || (isFree && winners === 0)) {
      violations.push(
        `The race for '${name}' from ${instant(since)} to ${instant(at)} had ${winners} winners.`,
      );
    }
  }
  const won = judged.filter(({ winners }) => winners > 0).length;
  const figures = { races: races.length, slow: races.length - judged.length, won, free };
  return { judged: judged.length, violations, figures };
}

/** Then the name is free again, whoever has it. */
function wasDropped(history: readonly Change[], { at, since }: Raced): boolean {
  return history.some((change) => change.kind === 'dropped' && change.at > since && change.at < at);
}

/** An acquire of an earlier race that had no answer may be carried out in this one. */
function isSettled(races: readonly Raced[], { name, since }: Raced): boolean {
  return !races.some(
    (race) =>
      race.name === name &&
      race.failures > 0 &&
      race.at <= since &&
      race.at > since - LONGEST_ATTEMPT_MS,
  );
}

/** By what the row was left like before. */
function isFreeAt(history: readonly Change[], at: number): boolean {
  const last = history.findLast((change) => change.at + ROUNDING_MS < at);
  return (last?.after?.lockedUntil ?? 0) + ROUNDING_MS < at;
}
