const PASSES = 5;
const SLICES = 8;
const SLICE_MS = 25;
/** What takes this long gets fewer slices: it has no need of many, and the others would wait. */
const LONG_US = 100_000;
/** Code that is called now and then takes V8 some thousand calls to compile well. */
const WARM_UP_MS = 2000;

/**
 * Measures cases side by side: each pass gives all of them short slices of time in turn, so that what
 * a noisy machine does to one it does to all. A ratio is taken within a pass.
 *
 * @param {Record<string, () => Promise<unknown>>} cases by title
 * @param {{ passes?: number }} options
 * @returns {Promise<Record<string, Measured>>} by title
 */
export async function sideBySide(cases, { passes = PASSES } = {}) {
  const titles = Object.keys(cases);
  const calls = {};
  const isLong = {};
  for (const title of titles) {
    const us = await warmUp(cases[title]);
    isLong[title] = us > LONG_US;
    calls[title] = Math.max(1, Math.round((SLICE_MS * 1000) / us));
  }
  const medians = Object.fromEntries(titles.map((title) => [title, []]));
  for (let pass = 0; pass < passes; pass += 1) {
    const slices = Object.fromEntries(titles.map((title) => [title, []]));
    for (let slice = 0; slice < SLICES; slice += 1) {
      // None always follows the same one, whose work the server may still be tidying up.
      for (const title of shuffled(titles)) {
        if (isLong[title] && slice > 0) continue;
        slices[title].push(await repeat(cases[title], calls[title]));
      }
    }
    for (const title of titles) medians[title].push(median(slices[title]));
  }
  return Object.fromEntries(titles.map((title) => [title, new Measured(medians[title])]));
}

/** The medians of all passes of one case, in microseconds a call. */
export class Measured {
  constructor(passes) {
    this.passes = passes;
  }

  get us() {
    return median(this.passes);
  }

  /** How many times as long as a base takes that was measured beside it. */
  over(base) {
    return median(this.#ratios(base));
  }

  /** The least and the most of it, of all passes. */
  rangeOver(base) {
    const ratios = this.#ratios(base);
    return [Math.min(...ratios), Math.max(...ratios)];
  }

  #ratios(base) {
    return this.passes.map((us, pass) => us / base.passes[pass]);
  }
}

/** @returns how long a call takes at the end of it, in microseconds */
async function warmUp(call) {
  const startedAt = performance.now();
  const times = [];
  do times.push(await repeat(call, 1));
  while (performance.now() - startedAt < WARM_UP_MS);
  // Of the last call alone a hiccup would be taken for its time.
  return median(times.slice(-9));
}

/** By Fisher and Yates: in each order as likely as in another one. */
function shuffled(values) {
  const order = [...values];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const drawn = Math.floor(Math.random() * (last + 1));
    [order[last], order[drawn]] = [order[drawn], order[last]];
  }
  return order;
}

async function repeat(call, times) {
  const startedAt = performance.now();
  for (let i = 0; i < times; i += 1) await call();
  return ((performance.now() - startedAt) * 1000) / times;
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
