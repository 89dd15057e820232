import { setTimeout as pause } from 'node:timers/promises';
import type { ProxyMode } from '../../../support/tcp-proxy.js';
import { insist } from '../grounds/insist.js';
import { doneIf, SERVERS, type InstanceFault } from './fault.js';

/** What happens between one instance and the server, by the proxy through which it connects. */
export const networkFaults: readonly InstanceFault[] = [
  {
    kind: 'connections killed by the server',
    weight: 12,
    dialects: SERVERS,
    on: 'instance',
    async inject({ proxy }, { ground, ttlMs }) {
      // An earlier fault may have left none.
      for (let looks = 0; looks < 50 && proxy.serverSidePorts.length === 0; looks += 1) {
        await pause(ttlMs / 10);
      }
      // Another fault may have taken the database away.
      const kill = (): Promise<number> => ground.faults.killConnections!(proxy.serverSidePorts);
      return doneIf((await insist(kill)) > 0);
    },
  },
  networkFault('network resets', 10, ['reset'], [0.02, 0.3]),
  networkFault('network silent', 6, ['silent'], [0.5, 2]),
  networkFault('replies dropped', 10, ['drop-replies'], [0.1, 1]),
  networkFault('requests and replies delayed past ttl', 6, ['hold'], [1.1, 2]),
  networkFault('replies delayed past ttl', 6, ['hold-replies'], [1.1, 2]),
  networkFault('partitioned from the server', 6, ['refuse', 'reset', 'refuse'], [0.5, 2]),
];

/** @param lasts the least and the most, in times of the ttl */
function networkFault(
  kind: string,
  weight: number,
  modes: readonly ProxyMode[],
  lasts: readonly [number, number],
): InstanceFault {
  return {
    kind,
    weight,
    dialects: SERVERS,
    on: 'instance',
    async inject({ proxy }, { chance, ttlMs }) {
      const { accepted, connections } = proxy;
      let losses = 0;
      const count = (): number => (losses += 1);
      proxy.on('lost', count);
      for (const mode of modes) await proxy.setMode(mode);
      await pause(chance.between(lasts[0] * ttlMs, lasts[1] * ttlMs));
      // What has lost bytes is of no use any more. What was late arrives.
      const isLossy = modes.some((mode) => mode === 'silent' || mode === 'drop-replies');
      if (isLossy) await proxy.setMode('reset');
      proxy.off('lost', count);
      await proxy.setMode('forward');
      // Where the server speaks first, a client that nobody greets has sent nothing to get lost.
      const met = (isLossy ? losses : connections) + proxy.accepted - accepted;
      return doneIf(met > 0);
    },
  };
}
