import { InvalidOptionError, quoted, RunSkippedError } from '../core/errors.js';
import { checkBoolean, checkChoice, checkName, LONGEST_TTL_MS } from '../core/lock-request.js';
import { currentTick } from './cron-tick.js';
import type { Duration } from './duration.js';
import { optionsOf, requestOf } from './lock-options.js';
import { DEFAULT_NAME } from './marathon.tokens.js';
import { DecoratorTargetError } from './nest.errors.js';
import { declareGuard, lockServiceOf, type Guard } from './single-runner.accessor.js';
import { constantsOf, policiesFor } from './single-runner.policies.js';
import type {
  LockName,
  SingleRunnerDecorator,
  SingleRunnerOptions,
  ThrowingSingleRunnerOptions,
} from './single-runner.types.js';

type Method = (this: object, ...args: unknown[]) => unknown;

/**
 * Lets a method run on one instance at a time: whoever calls it while another instance, or this
 * one, runs it, is skipped. It may stand above or below `@Cron`, `@Interval`, `@UseGuards`, `@Get`
 * and the like.
 *
 * @param name what to lock: a string of 1 to 255 characters, or a function that makes it of the
 *   method's arguments
 * @param ttlOrOptions how long after a holder's death the name stays taken, such as `'10m'`, or
 *   options
 * @throws {InvalidLockNameError, InvalidOptionError, DecoratorTargetError} when the class is defined
 *
 * @example
 * @Cron('*\/5 * * * *')
 * @SingleRunner('inventory:sync', '10m')
 * async sync(): Promise<void> {}
 *
 * @example
 * @SingleRunner((supplier: Supplier) => `inventory:${supplier.id}`)
 * async syncOne(supplier: Supplier): Promise<void> {}
 */
export function SingleRunner<const Name extends LockName, Instance = unknown>(
  name: Name,
  options: ThrowingSingleRunnerOptions<Instance>,
): SingleRunnerDecorator<Name, true, Instance>;
export function SingleRunner<const Name extends LockName, Instance = unknown>(
  name: Name,
  ttlOrOptions?: Duration | SingleRunnerOptions<Instance>,
): SingleRunnerDecorator<Name, false, Instance>;
export function SingleRunner(
  name: LockName,
  ttlOrOptions?: Duration | SingleRunnerOptions,
): SingleRunnerDecorator<LockName, boolean> {
  const options = optionsOf<SingleRunnerOptions>(ttlOrOptions);
  try {
    checkDeclaration(name, options);
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    throw new InvalidOptionError(`${labelOf(name)}: ${error.message}`);
  }
  return (target: object, key: string | symbol, descriptor: PropertyDescriptor) => {
    const original = methodOf(target, key, descriptor);
    const { module = DEFAULT_NAME } = options;
    const label = `${target.constructor.name}.${String(key)}`;
    const wrapper = guarded(original, { name, options, module, label });
    declareGuard(target, { key, name, options, module, label, wrapper });
    descriptor.value = wrapper;
  };
}

function guarded(
  original: Method,
  { name, options, module, label }: Omit<Guard, 'key' | 'wrapper'>,
): Method {
  const { oncePerTick = true, onSkip = 'ignore' } = options;
  const policiesOf = policiesFor(options);
  const wrapper: Method = async function (this: object, ...args) {
    // Before anything is awaited: a cron's fire is known by being on the stack.
    const tick = oncePerTick ? currentTick() : undefined;
    const locks = lockServiceOf(this, module, label);
    const lockName =
      typeof name === 'string' ? name : (name as (...args: unknown[]) => string)(...args);
    const result = await locks.runTick(lockName, policiesOf(this), tick, () =>
      original.apply(this, args),
    );
    if (result.outcome === 'completed') return result.value;
    if (onSkip === 'throw') throw new RunSkippedError(lockName, result.reason, result.holder);
    return undefined;
  };
  // Decorators below have left their metadata on the original, those above will on the wrapper, and
  // each is looked for on the wrapper.
  Object.setPrototypeOf(wrapper, original);
  for (const property of ['name', 'length'] as const) {
    Object.defineProperty(wrapper, property, { value: original[property], configurable: true });
  }
  return wrapper;
}

function labelOf(name: LockName): string {
  return `@SingleRunner(${typeof name === 'string' ? quoted(name) : 'a function, …'})`;
}

/** Whatever of it is known when the class is defined is checked then, and not at three in the morning. */
function checkDeclaration(name: LockName, options: SingleRunnerOptions): void {
  if (typeof name !== 'function') checkName(name);
  const { oncePerTick = true, onSkip = 'ignore', shared = false } = options;
  checkBoolean('oncePerTick', oncePerTick);
  checkBoolean('shared', shared);
  checkChoice('onSkip', onSkip, ['ignore', 'throw']);
  // What the instance will tell is not known yet, nor is the module's own ttl.
  requestOf('checked already', constantsOf(options), LONGEST_TTL_MS);
}

/** @throws {DecoratorTargetError} unless it stands on a method of instances */
function methodOf(target: object, key: unknown, descriptor: unknown): Method {
  const found = (descriptor as PropertyDescriptor | undefined)?.value as unknown;
  const isNamed = typeof key === 'string' || typeof key === 'symbol';
  if (typeof target === 'object' && isNamed && typeof found === 'function') return found as Method;
  if (typeof key === 'object') {
    throw new DecoratorTargetError(
      'a class that is compiled with standard decorators',
      'Nest needs "experimentalDecorators": true in tsconfig.json.',
    );
  }
  throw new DecoratorTargetError(
    describeTarget(target, key, descriptor),
    'It guards methods of instances: move it to one, or use LockService.run().',
  );
}

/** What a decorator was given: https://www.typescriptlang.org/docs/handbook/decorators.html */
function describeTarget(target: object, key: unknown, descriptor: unknown): string {
  const owner = typeof target === 'function' ? target.name : target.constructor.name;
  if (key === undefined && descriptor === undefined) return `the class ${owner}`;
  const where = `${owner}.${key === undefined ? 'constructor' : String(key as string)}`;
  if (typeof descriptor === 'number') return `a parameter of ${where}`;
  const property = (descriptor ?? {}) as PropertyDescriptor;
  const isAccessor = 'get' in property || 'set' in property;
  const what = isAccessor ? 'accessor' : 'value' in property ? 'method' : 'field';
  return `the ${typeof target === 'function' ? 'static ' : ''}${what} ${where}`;
}
