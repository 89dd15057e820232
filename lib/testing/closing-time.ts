import type { Provider } from '@nestjs/common';
import { MarathonLifecycle } from '../nest/marathon.lifecycle.js';
import type { VirtualClock } from './virtual-clock.js';

const CLOSING_TIME = Symbol('TestFleet closing time');

/**
 * Lets time pass while an application closes: its shutdown waits for running bodies on a clock that
 * nobody else moves, and would wait for ever.
 */
export function closingTime(clock: VirtualClock): Provider {
  return {
    provide: CLOSING_TIME,
    inject: [MarathonLifecycle],
    useFactory: (lifecycle: MarathonLifecycle) => {
      const close = lifecycle.beforeApplicationShutdown.bind(lifecycle);
      lifecycle.beforeApplicationShutdown = () => clock.advanceUntil(close());
      return clock;
    },
  };
}
