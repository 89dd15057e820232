import type { LockOptions, StoreErrorOption } from './lock-options.js';

/** A value, or a function that takes it from the instance, as from its configuration. */
export type Resolvable<Value, Instance> = Value | ((instance: Instance) => Value | undefined);

/**
 * The options that may be functions of the instance. They are asked at each call, and at
 * start-up, to see whether the value is valid. What they do not tell (`undefined`) has its default.
 */
export type ResolvableOptions<Instance> = {
  readonly [Option in keyof (LockOptions & StoreErrorOption)]: Resolvable<
    (LockOptions & StoreErrorOption)[Option],
    Instance
  >;
};

/**
 * Options of {@link SingleRunner}.
 *
 * @example
 * @SingleRunner('inventory:sync', { ttl: (tasks: InventoryTasks) => tasks.config.get('SYNC_TTL') })
 */
export interface SingleRunnerOptions<Instance = never> extends ResolvableOptions<Instance> {
  /**
   * On `@Cron` methods: at most one start for each tick in the whole fleet, even if a run is over
   * before the next instance's clock fires. Calls by hand, `runOnInit`, `@Interval` and `@Timeout`
   * have no tick. What a cron's fire calls before it first awaits something counts as its fire, so
   * put the decorator on the `@Cron` method itself.
   *
   * @defaultValue `true`
   */
  readonly oncePerTick?: boolean | undefined;
  /**
   * What a call that is skipped does: `'ignore'` resolves to `undefined`, `'throw'` rejects with a
   * `RunSkippedError`.
   *
   * @defaultValue `'ignore'`
   */
  readonly onSkip?: 'ignore' | 'throw' | undefined;
  /**
   * Several methods use this name on purpose, so that one runs at a time of all of them. Without it
   * two methods of one name are an error at start-up. Of several crons among them one may take ticks:
   * the others need `oncePerTick: false`, since it would take theirs.
   *
   * @defaultValue `false`
   */
  readonly shared?: boolean | undefined;
  /**
   * Whose lock service: the `name` of a `MarathonModule.forRoot({ name })`.
   *
   * @defaultValue `'default'`
   */
  readonly module?: string | undefined;
}

/** Options with which a skipped call rejects, so that the method may promise any value. */
export interface ThrowingSingleRunnerOptions<
  Instance = never,
> extends SingleRunnerOptions<Instance> {
  readonly onSkip: 'throw';
}

/** A name, or a function that makes it of the method's arguments. */
export type LockName = string | ((...args: never[]) => string);

/** Lets a mistake be read in the compiler's message. */
interface Refused<Why extends string> {
  readonly __refused: Why;
}

// oxlint-disable-next-line typescript/no-explicit-any -- `any` alone accepts every method
type AnyMethod = (...args: any[]) => any;
type IsAny<T> = 0 extends 1 & T ? true : false;

/** The decorator: fits methods that return a promise or nothing, on prototypes. */
export type SingleRunnerDecorator<Name, Throws extends boolean, Instance = unknown> = <
  Target extends object,
  Method extends AnyMethod,
>(
  target: Target & OnPrototype<Target> & FitsInstance<Target, Instance>,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<Method> &
    FitsReturn<ReturnType<Method>, Throws> &
    FitsName<Name, Method>,
) => void;

/** The wrapper is asynchronous, and a skipped call has nothing to return: the method has to say so. */
type FitsReturn<Returned, Throws extends boolean> =
  IsAny<Returned> extends true
    ? unknown
    : [Returned] extends [void | undefined]
      ? unknown
      : [Exclude<Returned, void | undefined>] extends [PromiseLike<infer Value>]
        ? Throws extends true
          ? unknown
          : IsAny<Value> extends true
            ? unknown
            : [undefined] extends [Value]
              ? unknown
              : [Value] extends [void]
                ? unknown
                : Refused<"a skipped call resolves to undefined: return Promise<… | undefined>, or give onSkip: 'throw'">
        : Refused<'a guarded method is asynchronous: return void or a Promise'>;

type FitsName<Name, Method extends AnyMethod> = Name extends string
  ? unknown
  : Name extends AnyMethod
    ? ((...args: Parameters<Method>) => string) extends infer Wanted
      ? Name extends Wanted
        ? unknown
        : Refused<"the name function's parameters are not the method's: annotate them as the method does">
      : never
    : never;

type FitsInstance<Target, Instance> = Target extends Instance
  ? unknown
  : Refused<"the options' functions take another class: annotate their parameter with this one">;

type OnPrototype<Target> = Target extends abstract new (...args: never[]) => unknown
  ? Refused<'a static method'>
  : unknown;
