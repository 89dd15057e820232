import { setTimeout as pause } from 'node:timers/promises';
import { SERVERS, type Done, type Held, type Means, type ServerFault } from './fault.js';

/** What happens to the database itself. */
export const serverFaults: readonly ServerFault[] = [
  {
    kind: 'row locked by a stranger',
    weight: 8,
    dialects: SERVERS,
    on: 'row',
    needs: 'lockRows',
    aims: true,
    inject: lockRow,
  },
  // There are no locks but one, for all that is written.
  {
    kind: 'all kept from writing by a stranger',
    weight: 3,
    dialects: ['sqlite'],
    on: 'database',
    needs: 'lockRows',
    aims: true,
    inject: lockRow,
  },
  ...(['fast', 'immediate'] as const).map((how): ServerFault => ({
    kind: `server restarts, ${how}`,
    weight: 0.4,
    on: 'database',
    needs: 'restart',
    async inject({ ground }) {
      await ground.faults.restart!(how);
      return 'done';
    },
  })),
  lasting('disk full', 0.3, 'fillDisk'),
  lasting('read-only', 0.4, 'readOnly'),
  lasting('grant revoked', 0.4, 'revoke'),
  lasting('table dropped', 0.3, 'dropTable'),
];

async function lockRow(
  { chance, ground, now, rowLocks, ttlMs }: Means,
  held: Held | undefined,
): Promise<Done> {
  const name = held?.name ?? 'cron:a';
  const undo = await ground.faults.lockRows!([name]);
  if (!undo) return 'not done';
  const from = now();
  await pause(chance.between(0.1 * ttlMs, 2 * ttlMs));
  rowLocks.push({ name, from, to: now() });
  await undo();
  return 'done';
}

function lasting(
  kind: string,
  weight: number,
  needs: 'fillDisk' | 'readOnly' | 'revoke' | 'dropTable',
): ServerFault {
  return {
    kind,
    weight,
    on: 'database',
    needs,
    async inject({ chance, ground, ttlMs }) {
      const undo = await ground.faults[needs]!();
      await pause(chance.between(0.2 * ttlMs, 1.5 * ttlMs));
      await undo();
      return 'done';
    },
  };
}
