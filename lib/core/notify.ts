import type { RunObserver } from './run-observer.js';

type EventOf<Method extends keyof RunObserver> = Parameters<NonNullable<RunObserver[Method]>>[0];

/** Tells all observers of an event. */
export type Notify = <Method extends keyof RunObserver>(
  method: Method,
  event: EventOf<Method>,
) => void;

/**
 * Keeps observers apart from the run and from each other: none is awaited, and what one throws, at
 * once or later, goes to `onError` alone. Whoever joins the list is told from then on.
 */
export function notifier(
  observers: readonly RunObserver[],
  onError: (error: unknown, observer: RunObserver) => void,
): Notify {
  return (method, event) => {
    for (const observer of observers) {
      try {
        const told: unknown = (observer[method] as ((event: unknown) => unknown) | undefined)?.call(
          observer,
          event,
        );
        if (told instanceof Promise) told.catch((error: unknown) => onError(error, observer));
      } catch (error) {
        onError(error, observer);
      }
    }
  };
}
