import type { Outcome } from './call.js';

/** An outcome, in a word for the transcript. */
export function told(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'lease':
      return `lease, fence ${outcome.lease.fence}`;
    case 'completed':
      return outcome.lost ? 'completed, lost' : 'completed';
    case 'skipped':
      return `skipped${outcome.reason ? `: ${outcome.reason}` : ''}`;
    case 'failed':
      return `failed: ${outcome.error instanceof Error ? outcome.error.name : String(outcome.error)}`;
  }
}
