import type { Evidence } from '../evidence.js';
import { type Finding, instant } from './finding.js';
import { DATABASE_SAYS } from './told.js';

/**
 * No process ends by itself; one that does not start has a database that is away; one that is asked
 * to end does so, and well. And when nothing is done any more, each has an answer soon.
 */
export function judgeProcesses({
  calm,
  injected,
  journal,
  lives,
}: Evidence): Finding<'refusedStarts' | 'terminated' | 'killed' | 'answered'> {
  const outages = injected.filter(({ on }) => on === 'database');
  const figures = { refusedStarts: 0, terminated: 0, killed: 0, answered: 0 };
  const violations: string[] = [];
  for (const { diedAt = Infinity, exit, how, instance, said = '', startedAt } of lives) {
    if (how === 'SIGKILL') figures.killed += 1;
    if (how === 'end') violations.push(`${instance} ended by itself, with ${exit}:\n${said}`);
    if (how === 'refused') {
      figures.refusedStarts += 1;
      if (outages.some(({ from, to }) => from < diedAt && to > startedAt)) continue;
      violations.push(`${instance} could not start without a fault of the database:\n${said}`);
    }
    if (how === 'SIGTERM') {
      figures.terminated += 1;
      if (exit !== '0') violations.push(`${instance} ended with ${exit} after SIGTERM.`);
    }
  }
  const answered = new Set(
    journal
      .filter((line) => line.what === 'told')
      .filter(({ at }) => at >= calm.from && at <= calm.to)
      .filter(({ outcome, reason }) => outcome === 'completed' || DATABASE_SAYS.includes(reason))
      .map(({ instance }) => instance),
  );
  for (const instance of calm.instances) {
    if (answered.has(instance)) figures.answered += 1;
    else {
      violations.push(
        `${instance} had no answer from ${instant(calm.from)} until ${instant(calm.to)}, when ` +
          `nothing was done to it.`,
      );
    }
  }
  return { judged: calm.instances.length, violations, figures };
}
