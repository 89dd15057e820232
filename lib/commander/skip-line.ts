import { quoted } from '../core/errors.js';
import type { Holder, SkippedRun, SkipReason } from '../core/run-result.js';

/** What people read where a command's task did not run. */
export function skipLine(name: string, { reason, holder }: SkippedRun): string {
  return `${quoted(name)} was skipped: ${holder ? told(reason, holder) : WHY[reason]}.`;
}

const WHY: Record<SkipReason, string> = {
  held: 'it is running elsewhere',
  'hold-at-least': 'its last run was too short ago',
  'tick-taken': 'it was started before',
  'clock-skew': "this machine's clock is ahead of the database's",
  closing: 'the application is shutting down',
  'store-error': 'the database failed',
};

function told(reason: SkipReason, { instance, acquiredAt, expiresAt }: Holder): string {
  const [since, until] = [acquiredAt.toISOString(), expiresAt.toISOString()];
  return reason === 'hold-at-least'
    ? `${quoted(instance)} ran it at ${since}, and keeps it until ${until} (holdAtLeast)`
    : `${quoted(instance)} has held it since ${since}, and does so until ${until} if it is not renewed`;
}
