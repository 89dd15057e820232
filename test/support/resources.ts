/** What the global setup found or started for this run. */
export type Resource = 'postgres' | 'mariadb' | 'faketime';

/** Why a resource is not to be had, or undefined if it is. */
export function absence(resource: Resource): string | undefined {
  return process.env[`MARATHON_TEST_ABSENT_${resource.toUpperCase()}`];
}

/** A server's URL, or a library's path. */
export function locate(resource: Resource): string {
  const found = process.env[`MARATHON_TEST_SERVER_${resource.toUpperCase()}`];
  if (found !== undefined) return found;
  throw new Error(
    `${resource}: ${absence(resource) ?? "this process was not started by this repository's Jest configuration"}`,
  );
}
