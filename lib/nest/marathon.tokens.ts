import { Inject } from '@nestjs/common';
import { LockService } from './lock.service.js';

/** The name of a module, or of a data source, that was given none. */
export const DEFAULT_NAME = 'default';

/** What a module keeps its locks in, and its time: a test puts others in their place. */
export const STORE = Symbol('MarathonModule store');
export const CLOCK = Symbol('MarathonModule clock');

/**
 * The token of a module's `LockService`: the class itself for the module without a name.
 *
 * @example
 * moduleRef.get(getLockServiceToken('billing'), { strict: false });
 */
export function getLockServiceToken(name: string = DEFAULT_NAME): string | typeof LockService {
  return name === DEFAULT_NAME ? LockService : `LockService(${name})`;
}

/**
 * Injects the `LockService` of a named module.
 *
 * @example
 * constructor(@InjectLockService('billing') private readonly locks: LockService) {}
 */
export function InjectLockService(name?: string): PropertyDecorator & ParameterDecorator {
  return Inject(getLockServiceToken(name));
}

/**
 * The token by which a class with guarded methods asks for its lock service. Its description is
 * what Nest prints when the module is missing.
 */
export function guardToken(name: string): symbol {
  const options = name === DEFAULT_NAME ? '' : `{ name: '${name}' }`;
  return Symbol.for(
    `LockService, needed by @SingleRunner: import MarathonModule.forRoot(${options})`,
  );
}
