import type { describe as Describe } from '@jest/globals';
import { absence, type Resource } from './resources.js';

/**
 * describe(), or a visible describe.skip() if a resource is not to be had. Where everything is
 * required (CI=true), the global setup has failed before this.
 */
export function describeWith(
  resource: Resource | undefined,
  title: string,
  suite: () => void,
): void {
  // Jest's global, since worker processes load files that import this one, and outside of Jest an
  // import of @jest/globals throws.
  const { describe } = globalThis as unknown as { describe: typeof Describe };
  const missing = resource !== undefined && absence(resource) !== undefined;
  if (missing) describe.skip(`${title} (${resource} cannot be had)`, suite);
  else describe(title, suite);
}
