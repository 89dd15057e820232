/** Figures as the table shows them. */
export const words = {
  us: (us) => (us < 10_000 ? `${us.toFixed(0)} µs` : `${(us / 1000).toPrecision(3)} ms`),
  times: (ratio) => `${figure(ratio)} ×`,
  /** How many times as long as a base, with the least and the most of all passes. */
  over(measured, base) {
    const [least, most] = measured.rangeOver(base).map(figure);
    return `${figure(measured.over(base))} (${least}–${most}) ×`;
  },
  perSecond: (us, count) => (Math.round((count / us) * 10_000) * 100).toLocaleString('en'),
  bytes: (bytes) => `${(bytes / 1024).toFixed(1)} KiB`,
};

function figure(ratio) {
  return ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(0);
}
