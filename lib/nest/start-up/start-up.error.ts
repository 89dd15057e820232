import { MarathonError } from '../../core/errors.js';
import { listOf, type StartUpFinding } from './finding.js';

/**
 * The application did not start, because methods with `@SingleRunner` would not do what they say.
 * The message lists all of what was found, each with its remedy.
 */
export class StartUpError extends MarathonError {
  readonly code = 'MARATHON_START_UP';
  /** What was found, each of the severity `'error'`. */
  readonly findings: readonly StartUpFinding[];

  constructor(module: string, findings: readonly StartUpFinding[]) {
    const what = findings.length === 1 ? 'an error' : `${findings.length} errors`;
    super(
      `MarathonModule '${module}' found ${what}, so the application did not start:\n${listOf(findings)}`,
    );
    this.findings = findings;
  }
}
