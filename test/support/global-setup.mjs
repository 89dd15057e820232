import { everythingIsRequired } from './is-required.mjs';
import { startServers, stopServers } from './servers/keeper-handle.mjs';
import { findLibfaketime } from './servers/libfaketime.mjs';

const TITLES = { postgres: 'PostgreSQL', mariadb: 'MariaDB', faketime: 'libfaketime' };

/**
 * Brings the servers that the suites need, once for the whole run, and tells the Jest workers by
 * environment variables where they are: MARATHON_TEST_SERVER_… or MARATHON_TEST_ABSENT_….
 */
export default async function setup() {
  const resources = [...(await startServers()), findLibfaketime()];
  const absent = resources.filter(({ reason }) => reason !== undefined);
  for (const { name, url, reason } of resources) {
    const key = name.toUpperCase();
    delete process.env[`MARATHON_TEST_SERVER_${key}`];
    delete process.env[`MARATHON_TEST_ABSENT_${key}`];
    if (reason === undefined) process.env[`MARATHON_TEST_SERVER_${key}`] = url;
    else process.env[`MARATHON_TEST_ABSENT_${key}`] = reason;
  }
  const sentences = absent.map(({ name, reason }) => `${TITLES[name]} cannot be had: ${reason}`);
  if (sentences.length > 0 && everythingIsRequired()) {
    await stopServers();
    throw new Error(sentences.join('\n'));
  }
  for (const sentence of sentences) {
    console.warn(`${sentence.replaceAll(/\s*\n\s*/g, ' · ')} Its suites are skipped.`);
  }
}
