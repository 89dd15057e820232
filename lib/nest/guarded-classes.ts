/**
 * The classes of this process that have guarded methods of their own. They are held weakly, since
 * classes can be made by the call of a function, as mixins and those of tests are.
 */
const declared = new Set<WeakRef<object>>();

/** Those that some application has provided, or that were reported. */
const settled = new WeakSet<object>();

/** Records a class by its prototype, once. */
export function recordGuarded(prototype: object): void {
  declared.add(new WeakRef(prototype));
}

/** A class needs no further look: some application of this process uses it, or was told of it. */
export function settle(prototype: object): void {
  settled.add(prototype);
}

/** The prototypes of the classes that no application of this process has used so far. */
export function unsettled(): object[] {
  const prototypes: object[] = [];
  for (const reference of declared) {
    const prototype = reference.deref();
    if (!prototype || settled.has(prototype)) declared.delete(reference);
    else prototypes.push(prototype);
  }
  return prototypes;
}
