import type { DiscoveryService, ModulesContainer } from '@nestjs/core';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** What Nest makes for one provider, controller or enhancer of a module. */
export interface Provided {
  /** Of its class; it is not known of what a factory makes for each request. */
  readonly prototype: object | undefined;
  /** Made once for the application (`static`), for whoever injects it, or for each request. */
  readonly scope: 'static' | 'transient' | 'request';
  /** What was made, if it is made once. */
  readonly instance: object | undefined;
  readonly token: unknown;
  /** A guard, pipe, interceptor or filter that is named by a class, and not among the providers. */
  readonly isEnhancer: boolean;
  /** The module's class. */
  readonly module: string;
}

/**
 * All that an application is made of. A `useExisting` is left out: it is a second token for what is
 * listed anyway.
 */
export function providedIn(modules: ModulesContainer): Provided[] {
  return [...modules.values()].flatMap(({ providers, controllers, injectables, name }) => [
    ...madeOf([...providers.values(), ...controllers.values()], false, name),
    ...madeOf([...injectables.values()], true, name),
  ]);
}

function madeOf(wrappers: readonly Wrapper[], isEnhancer: boolean, module: string): Provided[] {
  return wrappers
    .filter(({ isAlias }) => !isAlias)
    .map((wrapper) => {
      const scope = scopeOf(wrapper);
      const made: unknown = scope === 'static' ? wrapper.instance : undefined;
      const instance = typeof made === 'object' && made !== null ? made : undefined;
      const prototype = instance ? prototypeOf(instance) : classOf(wrapper)?.prototype;
      return { prototype, scope, instance, token: wrapper.token, isEnhancer, module };
    });
}

/** Those of a class that is made once; the same one where several tokens answer with it. */
export function instancesOf(provided: readonly Provided[]): Set<object> {
  return new Set(
    provided.flatMap(({ instance, isEnhancer }) => (instance && !isEnhancer ? [instance] : [])),
  );
}

function prototypeOf(instance: object): object | undefined {
  return (Object.getPrototypeOf(instance) as object | null) ?? undefined;
}

/** A class is static only if all that it injects is. */
function scopeOf(wrapper: Wrapper): Provided['scope'] {
  if (!wrapper.isDependencyTreeStatic()) return 'request';
  return wrapper.isTransient ? 'transient' : 'static';
}

function classOf({ isNotMetatype, metatype }: Wrapper): { prototype?: object } | undefined {
  return isNotMetatype || !metatype ? undefined : (metatype as { prototype?: object });
}
