import { Inject } from '@nestjs/common';
import { recordGuarded } from './guarded-classes.js';
import { LockService } from './lock.service.js';
import { guardToken } from './marathon.tokens.js';
import { UnmanagedInstanceError } from './nest.errors.js';
import type { LockName, SingleRunnerOptions } from './single-runner.types.js';

/** On a prototype: the guards of its methods. */
const GUARDS = Symbol('nestjs-marathon:guards');
/** On a wrapper: its guard. */
const GUARD = Symbol('nestjs-marathon:guard');

/** What a decorator has said of a method. */
export interface Guard {
  readonly key: string | symbol;
  readonly name: LockName;
  readonly options: SingleRunnerOptions;
  readonly module: string;
  /** The class and the method, for people. */
  readonly label: string;
  /** The method as the decorator has left it, whatever one above it makes of that. */
  readonly wrapper: object;
}

/** Marks an instance that two applications share: which one's lock service would be right? */
class Contested {}

/** Records a guard, and lets Nest inject its module's lock service, once for each module. */
export function declareGuard(prototype: object, guard: Guard): void {
  const { module } = guard;
  if (!modulesOf(prototype).has(module)) injectLockService(prototype, module);
  if (ownGuardsOf(prototype).length === 0) recordGuarded(prototype);
  Reflect.defineMetadata(GUARDS, [...ownGuardsOf(prototype), guard], prototype);
  Reflect.defineMetadata(GUARD, guard, guard.wrapper);
}

/** Lets Nest inject a module's lock service into the instances of a class, for {@link lockServiceOf}. */
export function injectLockService(prototype: object, module: string): void {
  Inject(guardToken(module))(prototype, propertyOf(module));
}

/** The guards that were declared on this very prototype. */
export function ownGuardsOf(prototype: object): readonly Guard[] {
  return (Reflect.getOwnMetadata(GUARDS, prototype) as Guard[] | undefined) ?? [];
}

/**
 * The guard that a method reads as its own: it is a wrapper, or a function that wraps one and carries
 * its metadata, as those of decorators for traces do.
 */
export function guardReadBy(method: object): Guard | undefined {
  return Reflect.getMetadata(GUARD, method) as Guard | undefined;
}

/** The modules that the guarded methods of an object need, its base classes' included. */
export function modulesOf(instance: object): ReadonlySet<string> {
  const modules = new Set<string>();
  for (let link: object | null = instance; link; link = Object.getPrototypeOf(link)) {
    for (const { module } of ownGuardsOf(link)) modules.add(module);
  }
  return modules;
}

/**
 * Gives an instance its lock service where Nest did not inject one, as into what a factory made.
 * Nothing can be given to an object that is frozen; its guarded methods say so when called.
 */
export function provideLockService(instance: object, module: string, service: LockService): void {
  const property = propertyOf(module);
  const present: unknown = Reflect.get(instance, property);
  if (present === service) return;
  // Applications that come one after the other, as in tests, may share a value.
  const contested =
    present instanceof Contested || (present instanceof LockService && !present.closing);
  Reflect.set(instance, property, contested ? new Contested() : service);
}

/** @throws {UnmanagedInstanceError} */
export function lockServiceOf(instance: object, module: string, method: string): LockService {
  const service: unknown = instance && Reflect.get(instance, propertyOf(module));
  // What a test's auto-mock injects would swallow the body and answer undefined.
  if (service instanceof LockService) return service;
  throw new UnmanagedInstanceError(method, whyNot(service));
}

function propertyOf(module: string): symbol {
  return Symbol.for(`nestjs-marathon:lock-service:${module}`);
}

function whyNot(service: unknown): string {
  if (service === undefined || service === null) {
    return 'an instance that Nest did not make, or has not finished yet';
  }
  if (service instanceof Contested) return 'an instance that two applications share';
  return 'an instance whose LockService is a mock, or comes from another copy of this package';
}
