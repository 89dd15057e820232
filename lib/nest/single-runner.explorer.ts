import type { OnModuleInit } from '@nestjs/common';
import type { DiscoveryService } from '@nestjs/core';
import { watchCronFires, watchCronMount, type CronMount, type CronRegistry } from './cron-tick.js';
import type { RunObserver } from '../core/run-observer.js';
import { isScheduleMount, letHoldSchedules } from './held-schedules.js';
import { isObserver } from './marathon-observer.decorator.js';
import type { LockService } from './lock.service.js';
import { modulesOf, provideLockService } from './single-runner.accessor.js';

/** Looks over the application once, when all of it is made and no cron runs yet. */
export class SingleRunnerExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly locks: LockService,
    private readonly module: string,
    private readonly observers: RunObserver[],
  ) {}

  onModuleInit(): void {
    const found = [...this.instances()];
    const instances = found.map(({ instance }) => instance);
    for (const { instance, isTransient } of found) {
      if (isCronRegistry(instance)) watchCronFires(instance);
      if (isCronMount(instance)) watchCronMount(instance);
      if (isScheduleMount(instance)) letHoldSchedules(instance, instances);
      if (isObserver(instance.constructor) && !isTransient) this.tell(instance);
      if (modulesOf(instance).has(this.module)) {
        provideLockService(instance, this.module, this.locks);
      }
    }
  }

  /** One that is listed under two tokens, or in two modules, is still one observer. */
  private tell(observer: RunObserver): void {
    if (!this.observers.includes(observer)) this.observers.push(observer);
  }

  /**
   * What is made once, and of what is made for whoever injects it (transient) an object whose
   * constructor never runs: crons are called on that. The others are made for each request, and
   * injected by Nest then.
   */
  private *instances(): Iterable<{ instance: object; isTransient: boolean }> {
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const instance: unknown = wrapper.isDependencyTreeStatic() ? wrapper.instance : undefined;
      if (typeof instance !== 'object' || instance === null) continue;
      yield { instance, isTransient: wrapper.isTransient };
    }
  }
}

/**
 * Told by its shape: @nestjs/schedule is optional, so its class is not imported, and a bundler may
 * have given it another name.
 */
function isCronRegistry(instance: object): instance is CronRegistry {
  if (!('addCronJob' in instance) || !('getCronJobs' in instance)) return false;
  return (instance as CronRegistry).getCronJobs() instanceof Map;
}

export function isCronMount(instance: object): instance is CronMount {
  return 'mountCron' in instance && 'cronJobs' in instance;
}
