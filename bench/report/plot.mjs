import { mkdir, writeFile } from 'node:fs/promises';
import * as Plot from '@observablehq/plot';
import { JSDOM } from 'jsdom';

const FOLDER = new URL('../../docs/performance/', import.meta.url);
const COLORS = ['#4269d0', '#ff725c', '#3ca951', '#a463f2'];

/** Writes a plot as an SVG with a background of its own, so that it can be read on a dark page too. */
export async function writePlot(name, options) {
  const { document } = new JSDOM('').window;
  const svg = Plot.plot({
    document,
    width: 720,
    height: 360,
    marginLeft: 64,
    marginRight: 120,
    style: { background: 'white', color: '#1b1e23', fontFamily: 'system-ui, sans-serif' },
    color: { range: COLORS },
    ...options,
  });
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  await mkdir(FOLDER, { recursive: true });
  await writeFile(new URL(`${name}.svg`, FOLDER), `${svg.outerHTML}\n`);
}

/** Lines with a dot at each point, and their name at their end. */
export function namedLines(points, { x, y, name }) {
  return [
    Plot.line(points, { x, y, stroke: name, strokeWidth: 2 }),
    Plot.dot(points, { x, y, fill: name, r: 3 }),
    Plot.text(
      points,
      Plot.selectLast({ x, y, text: name, z: name, fill: name, dx: 8, textAnchor: 'start' }),
    ),
  ];
}
