import * as Plot from '@observablehq/plot';
import { namedLines, writePlot } from './plot.mjs';

const SHOWN = 12;

/** Where the processor's time goes, of a skip and of a pair. */
export async function plotProfile(profile) {
  for (const [kind, shares] of Object.entries(profile)) {
    const places = Object.entries(shares).slice(0, SHOWN);
    await writePlot(`profile-${kind}`, {
      marginLeft: 260,
      marginRight: 60,
      x: { label: `share of a ${kind}’s time, locks in memory, in %`, grid: true },
      y: { label: null, domain: places.map(([place]) => place) },
      marks: [
        Plot.barX(places, {
          x: ([, share]) => share * 100,
          y: ([place]) => place,
          fill: '#4269d0',
        }),
        Plot.text(places, {
          x: ([, share]) => share * 100,
          y: ([place]) => place,
          text: ([, share]) => `${(share * 100).toFixed(1)}`,
          dx: 6,
          textAnchor: 'start',
        }),
      ],
    });
  }
}

/** How large the table and its index are, over a million cycles. */
export async function plotEndurance(looks) {
  const points = looks.flatMap(({ cycles, table, index }) => [
    { cycles, kib: table / 1024, of: 'table' },
    { cycles, kib: index / 1024, of: 'index' },
  ]);
  await writePlot('endurance', {
    x: { label: 'cycles', tickFormat: 's', grid: true },
    y: { label: 'KiB', domain: [0, Math.max(...points.map(({ kib }) => kib)) * 1.2], grid: true },
    marks: namedLines(points, { x: 'cycles', y: 'kib', name: 'of' }),
  });
}

/** How long second zero takes, against the names and against the instances. */
export async function plotGrowth(points) {
  const named = points.map((point) => ({
    ...point,
    byInstances: `${point.instances.toLocaleString('en')} instance${point.instances === 1 ? '' : 's'}`,
    byNames: `${point.names.toLocaleString('en')} names`,
  }));
  const y = { type: 'log', label: 'time of the wave in ms (log)', grid: true };
  const x = (label) => ({ type: 'log', label: `${label} (log)`, tickFormat: ',', grid: true });
  await writePlot('growth-by-names', {
    x: x('names of each instance'),
    y,
    marks: namedLines(named, { x: 'names', y: 'ms', name: 'byInstances' }),
  });
  await writePlot('growth-by-instances', {
    x: x('instances'),
    y,
    marks: namedLines(named, { x: 'instances', y: 'ms', name: 'byNames' }),
  });
}
