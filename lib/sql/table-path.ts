import type { DataSource } from 'typeorm';

/** The table's name, before a naming strategy or a prefix has changed it. */
export const TABLE_NAME = 'marathon_lock';

/**
 * The table as this data source names it: with its schema, its prefix and its naming strategy,
 * escaped. It is the only thing that is ever put into a statement's text.
 *
 * `getMetadata` would tell the same, but only where the entity is listed, and inside a migration it
 * often is not.
 */
export function tablePath({ driver, namingStrategy, options }: DataSource): string {
  const bare = namingStrategy.tableName('MarathonLock', TABLE_NAME);
  const { entityPrefix } = options;
  const name = entityPrefix ? namingStrategy.prefixTableName(entityPrefix, bare) : bare;
  const schema = 'schema' in options ? options.schema : undefined;
  return driver
    .buildTableName(name, schema)
    .split('.')
    .map((part) => driver.escape(part))
    .join('.');
}
