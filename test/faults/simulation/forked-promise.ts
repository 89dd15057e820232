import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { seedsFrom, simulateMany } from './many.js';
import { changed } from './spoilt.js';

/*
 * A negative control that ends the process in which nobody listens for it, as Jest's: a promise is
 * forked, and nobody takes what its second branch is rejected with.
 */
const { values } = parseArgs({ options: { json: { type: 'string', default: '' } } });

const tally = await simulateMany(
  seedsFrom(1, 500),
  changed((core) => ({
    run(request, body) {
      const result = core.run(request, body);
      void result.then(() => {});
      return result;
    },
  })),
  ({ violations }) => violations.rejections > 0,
);
writeFileSync(values.json, JSON.stringify(tally));
