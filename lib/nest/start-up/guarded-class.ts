import { guardReadBy, ownGuardsOf, type Guard } from '../single-runner.accessor.js';
import { groupBy } from './group-by.js';
import type { Provided } from './provided.js';

/** A class that Nest makes instances of, and that has guarded methods, its base classes' included. */
export interface GuardedClass {
  readonly prototype: object;
  readonly methods: readonly GuardedMethod[];
  /** Each of its instances, or of its ways to be made. */
  readonly provided: readonly Provided[];
}

export interface GuardedMethod {
  readonly key: string | symbol;
  /** The class that Nest makes, and the method. */
  readonly label: string;
  /** Those of the most derived class that declares any: one, unless decorators are stacked. */
  readonly guards: readonly Guard[];
  /** The prototype that declares them. */
  readonly declaredOn: object;
  /** A more derived prototype that has replaced the method, and declares no guard for it. */
  readonly overriddenOn: object | undefined;
}

/** The guarded classes of an application, as far as they are guarded by one module. */
export function guardedClasses(provided: readonly Provided[], module: string): GuardedClass[] {
  return [...groupBy(provided, ({ prototype }) => prototype)].flatMap(([prototype, made]) => {
    const methods = prototype ? guardedMethods(prototype, module) : [];
    return prototype && methods.length > 0 ? [{ prototype, methods, provided: made }] : [];
  });
}

/** A prototype and those it inherits from, the most derived one first. */
export function* linksOf(prototype: object): Iterable<object> {
  for (let link: object | null = prototype; link; link = Object.getPrototypeOf(link)) yield link;
}

/** A method for people. */
export function labelOf(prototype: object, key: string | symbol): string {
  return `${prototype.constructor.name}.${String(key)}`;
}

function guardedMethods(prototype: object, module: string): GuardedMethod[] {
  const methods = new Map<string | symbol, GuardedMethod>();
  for (const declaredOn of linksOf(prototype)) {
    for (const [key, guards] of groupBy(ownGuardsOf(declaredOn), (guard) => guard.key)) {
      if (methods.has(key)) continue;
      const overriddenOn = overrideOf(prototype, declaredOn, key);
      const label = labelOf(prototype, key);
      methods.set(key, { key, label, guards, declaredOn, overriddenOn });
    }
  }
  return [...methods.values()].flatMap((method) => {
    const guards = method.guards.filter((guard) => guard.module === module);
    return guards.length > 0 ? [{ ...method, guards }] : [];
  });
}

function overrideOf(
  prototype: object,
  declaredOn: object,
  key: string | symbol,
): object | undefined {
  for (const link of linksOf(prototype)) {
    if (link === declaredOn) return undefined;
    const method: unknown = Object.getOwnPropertyDescriptor(link, key)?.value;
    // A class decorator, such as one for traces, may put a class of its own in front of ours.
    if (typeof method === 'function' && !guardReadBy(method)) return link;
  }
  return undefined;
}
