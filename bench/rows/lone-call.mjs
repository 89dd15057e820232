import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Measured } from '../measure.mjs';

/** What a lone call pays for batches: a skip that goes through the coalescer, and one that does not. */
export async function loneCall({ url }) {
  const worker = fork(new URL('../workers/lone-call.mjs', import.meta.url), [url], {
    // Both sides of the coalescer are not public, so it runs by the sources.
    execArgv: ['--import', new URL('../../test/support/typescript.mjs', import.meta.url).href],
  });
  const [passes] = await once(worker, 'message');
  return { direct: new Measured(passes.direct), coalesced: new Measured(passes.coalesced) };
}
