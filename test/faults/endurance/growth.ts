/** A measure that was taken again and again. */
export interface Series {
  readonly at: readonly number[];
  readonly values: readonly number[];
}

/** What is too much: more than both of these, since a small level doubles easily. */
export interface GrowthBound {
  readonly perMinute: number;
  readonly shareOfLevelPerMinute: number;
}

export interface Growth {
  /** The mean of what was judged. */
  readonly level: number;
  readonly perMinute: number;
  /** By how much chance alone may have tilted the line: its standard error. */
  readonly errorPerMinute: number;
  readonly tooMuch: boolean;
}

/**
 * Fits a line (least squares) to the second half of a series: in the first half caches fill, and the
 * compiler is still at work.
 */
export function growthOf({ at, values }: Series, bound: GrowthBound): Growth {
  const half = Math.floor(at.length / 2);
  const minutes = at.slice(half).map((ms) => (ms - at[half]!) / 60_000);
  const judged = values.slice(half);
  if (judged.length < 3) {
    throw new Error(`${at.length} samples are too few for a line: let it run for longer.`);
  }
  const level = mean(judged);
  const { slope: perMinute, error: errorPerMinute } = fit(minutes, judged);
  // Noise alone exceeds twice the error in one run of forty, and a leak soon exceeds it by far.
  const surelyPerMinute = perMinute - 2 * errorPerMinute;
  const tooMuch =
    surelyPerMinute > bound.perMinute && surelyPerMinute > level * bound.shareOfLevelPerMinute;
  return { level, perMinute, errorPerMinute, tooMuch };
}

function fit(xs: readonly number[], ys: readonly number[]): { slope: number; error: number } {
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const squares = sum(xs.map((x) => (x - meanX) ** 2));
  const slope = sum(xs.map((x, index) => (x - meanX) * (ys[index]! - meanY))) / squares;
  const residuals = xs.map((x, index) => ys[index]! - meanY - slope * (x - meanX));
  const variance = sum(residuals.map((residual) => residual ** 2)) / (xs.length - 2);
  return { slope, error: Math.sqrt(variance / squares) };
}

function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
