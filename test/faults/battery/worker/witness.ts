import { MarathonObserver, type LostEvent, type RunObserver } from 'nestjs-marathon';
import { note } from './journal.js';

/** Notes how a loss was found out, which nobody but an observer is told in other words than prose. */
@MarathonObserver()
export class Witness implements RunObserver {
  onLost({ cause, fence, name }: LostEvent): void {
    note('lost', { name, fence, cause });
  }
}
