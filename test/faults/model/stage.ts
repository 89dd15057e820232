import type { DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { LockService, MarathonModule } from 'nestjs-marathon';
import type { VirtualClock } from 'nestjs-marathon/testing';
import type { LockStore } from '../../../lib/core/lock-store.js';
import { CLOCK, STORE } from '../../../lib/nest/marathon.tokens.js';
import { SwitchableStore, type Network } from './switchable-store.js';
import { Tasks } from './tasks.js';

export const SHUTDOWN_TIMEOUT_MS = 5000;

/** An application whose calls a property makes. */
export interface Instance {
  readonly label: string;
  readonly locks: LockService;
  readonly tasks: Tasks;
  /** Nest's own shutdown. It waits for bodies, on the virtual clock. */
  close(): Promise<void>;
}

export async function startInstance(
  label: string,
  store: LockStore,
  network: Network,
  clock: VirtualClock,
  onClosing: () => void,
): Promise<Instance> {
  const app = await Test.createTestingModule({
    imports: [marathon(label, new SwitchableStore(store, network, clock), clock, onClosing)],
    providers: [Tasks],
  })
    .setLogger({ log() {}, warn() {}, error() {} })
    .compile();
  await app.init();
  return {
    label,
    locks: app.get(LockService),
    tasks: app.get(Tasks),
    close: () => app.close(),
  };
}

/** @param onClosing is called when Nest tells this module of the shutdown */
function marathon(
  instance: string,
  store: LockStore,
  clock: VirtualClock,
  onClosing: () => void,
): DynamicModule {
  const shutdownTimeout = SHUTDOWN_TIMEOUT_MS;
  const definition = MarathonModule.forRoot({ instance, shutdownTimeout, enabled: false });
  const ours = [
    { provide: STORE, useValue: store },
    { provide: CLOCK, useValue: clock },
    { provide: 'witness', useValue: { onModuleDestroy: onClosing } },
  ];
  // The last provider of a token is the one that counts.
  return { ...definition, providers: [...(definition.providers ?? []), ...ours] };
}
