import { MarathonError } from '../core/errors.js';

/** `MarathonModule` found no TypeORM data source of the name it was given. */
export class DataSourceNotFoundError extends MarathonError {
  readonly code = 'MARATHON_NO_DATA_SOURCE';

  constructor(dataSource: string) {
    const named = dataSource === 'default' ? '' : ` named '${dataSource}'`;
    super(
      `MarathonModule found no TypeORM data source${named}. Import TypeOrmModule.forRoot(…), or ` +
        `let a global module export a DataSource; name another one with ` +
        `MarathonModule.forRoot({ dataSource: '…' }), or use { enabled: false } for one process ` +
        `without a database.`,
    );
  }
}

/** `MarathonModule.forRoot()` was imported twice under one name. */
export class DuplicateModuleError extends MarathonError {
  readonly code = 'MARATHON_DUPLICATE_MODULE';

  constructor(name: string) {
    super(
      `MarathonModule.forRoot() is imported twice under the name '${name}', which would make two ` +
        `sets of connections. It is global: import it once, in the root module, or give the second ` +
        `one a name of its own: MarathonModule.forRoot({ name: '…' }).`,
    );
  }
}

/** `@SingleRunner` stands on something that it cannot guard. */
export class DecoratorTargetError extends MarathonError {
  readonly code = 'MARATHON_DECORATOR_TARGET';

  constructor(what: string, remedy: string) {
    super(`@SingleRunner stands on ${what}. ${remedy}`);
  }
}

/** A guarded method was called on an instance that has no lock service, so its body did not run. */
export class UnmanagedInstanceError extends MarathonError {
  readonly code = 'MARATHON_UNMANAGED_INSTANCE';

  constructor(method: string, why: string) {
    super(
      `${method} is guarded by @SingleRunner, but was called on ${why}, so it did not run. Let Nest ` +
        `make the instance (list the class among the providers), and call it once the application ` +
        `has started. In a unit test import MarathonModule.forRoot({ enabled: false }).`,
    );
  }
}
