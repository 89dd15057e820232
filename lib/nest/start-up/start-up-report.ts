import type { OnModuleInit } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { CronMount } from '../cron-tick.js';
import { isCronMount } from '../single-runner.explorer.js';
import { duplicateNames } from './duplicate-names.js';
import { distinct, listOf, type StartUpFinding } from './finding.js';
import { guardedClasses, type GuardedClass } from './guarded-class.js';
import { invalidOptions } from './invalid-options.js';
import { lostDecorators } from './lost-decorators.js';
import { notProvided } from './not-provided.js';
import { notScheduled } from './not-scheduled.js';
import { observersNotTold } from './observers-not-told.js';
import { providedIn, type Provided } from './provided.js';
import { providedTwice } from './provided-twice.js';
import { mountOptionsIn } from './schedule-metadata.js';
import { shortLeases } from './short-leases.js';
import { StartUpError } from './start-up.error.js';

/**
 * Tells once what an application has got wrong, when all of it is made and no cron runs yet. It
 * speaks of the methods of its own module, where there are several.
 */
export class StartUpReport implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly module: string,
    private readonly defaultTtlMs: number,
    private readonly warn: (message: string) => void,
  ) {}

  /** @throws {StartUpError} */
  onModuleInit(): void {
    const provided = providedIn(this.modules);
    const classes = guardedClasses(provided, this.module);
    const findings = this.findingsOf(provided, classes);
    this.log(findings.filter(({ severity }) => severity === 'warning'));
    const errors = findings.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw new StartUpError(this.module, errors);
    for (const { instance } of provided) {
      if (instance && isCronMount(instance)) this.lookAgainAfter(instance, classes);
    }
  }

  private findingsOf(provided: Provided[], classes: GuardedClass[]): StartUpFinding[] {
    return distinct([
      ...duplicateNames(classes),
      ...invalidOptions(classes, this.defaultTtlMs),
      ...lostDecorators(classes),
      ...notScheduled(classes, mountOptionsIn(provided)),
      ...providedTwice(classes),
      ...notProvided(provided, this.module),
      ...observersNotTold(provided),
    ]);
  }

  /** The times of a cron are known by its live job alone. */
  private lookAgainAfter(mount: CronMount, classes: GuardedClass[]): void {
    const mountCron = mount.mountCron.bind(mount);
    mount.mountCron = () => {
      mountCron();
      this.log(distinct(shortLeases(classes, mount, this.defaultTtlMs, Date.now())));
    };
  }

  private log(warnings: readonly StartUpFinding[]): void {
    if (warnings.length > 0) this.warn(`Found at start-up:\n${listOf(warnings)}`);
  }
}
