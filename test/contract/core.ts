import { forceReleasing } from './force-releasing.js';
import { granting } from './granting.js';
import { inspecting } from './inspecting.js';
import { listing } from './listing.js';
import { naming } from './naming.js';
import { releasing } from './releasing.js';
import { renewing } from './renewing.js';
import type { Harness } from './support/harness.js';
import { ticking } from './ticking.js';

/** What holds of every store, in all surroundings. */
export function core(harness: () => Harness): void {
  verbs(harness);
  naming(harness);
}

/** The same without what can be a name. */
export function verbs(harness: () => Harness): void {
  granting(harness);
  renewing(harness);
  releasing(harness);
  ticking(harness);
  inspecting(harness);
  listing(harness);
  forceReleasing(harness);
}
