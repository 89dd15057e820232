import { setTimeout as pause } from 'node:timers/promises';
import { doneIf, SERVERS, type InstanceFault } from './fault.js';

/** Longer than libfaketime takes to notice. */
const NOTICED_MS = 1100;
/** More than the clocks are wrong without a fault. */
const LEAST_MS = 700;

/** What happens to the wall clock of an instance while it works. On SQLite that is the database's too. */
export const clockFaults: readonly InstanceFault[] = [
  clockFault('wall clock 3 s off', 6, ['+3', '-3']),
  clockFault('wall clock 2 h off', 6, ['+7200', '-7200']),
  clockFault('wall clock at half or double speed', 4, ['+0 x0.5', '+0 x2']),
];

function clockFault(kind: string, weight: number, settings: readonly string[]): InstanceFault {
  return {
    kind,
    weight,
    dialects: SERVERS,
    on: 'instance',
    async inject(target, { chance, ttlMs }) {
      await target.setClock(chance.oneOf(settings));
      await pause(NOTICED_MS + chance.between(0, 2 * ttlMs));
      const shown = await target.ask({ type: 'clock' });
      const isWrong = shown !== undefined && Math.abs(shown.wallAt - Date.now()) > LEAST_MS;
      await target.resetClock();
      await pause(NOTICED_MS);
      return doneIf(isWrong);
    },
  };
}
