import { CreateMarathonLock1767225600000 } from './1767225600000-create-marathon-lock.js';

/**
 * For a data source's `migrations`, where `createTable: false` keeps the module from creating the
 * table. Run migrations once, before the instances start: several that run them at once fail.
 *
 * @example
 * new DataSource({ type: 'postgres', url, migrations: [...marathonMigrations, 'dist/migrations/*.js'] });
 */
export const marathonMigrations = [CreateMarathonLock1767225600000];
