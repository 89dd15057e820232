import { applyDecorators, Injectable, SetMetadata } from '@nestjs/common';

const OBSERVER = Symbol('nestjs-marathon:observer');

/**
 * Makes a provider an observer of all runs: list the class among the providers of any module, and
 * the methods of {@link RunObserver} that it has are called from the application's start on.
 *
 * An observer is never awaited on the path of a run, and what it throws is logged. It is made once:
 * one that is made for each request is never told.
 *
 * @example
 * @MarathonObserver()
 * export class Heartbeat implements RunObserver {
 *   async onFinished({ name, outcome }: FinishedEvent): Promise<void> {
 *     if (outcome === 'succeeded') await fetch(`https://health.example/ping/${name}`);
 *   }
 * }
 */
export function MarathonObserver(): ClassDecorator {
  return applyDecorators(Injectable(), SetMetadata(OBSERVER, true));
}

/** Whether a class carries the decorator. */
export function isObserver(type: unknown): boolean {
  return typeof type === 'function' && Reflect.hasMetadata(OBSERVER, type);
}
