import { readFile } from 'node:fs/promises';
import { transform } from '@swc/core';
import { COMPILER } from './compiler.mjs';

/** Workers import the package by its name, as users do, and get the sources that are under test. */
const LIBRARY = new URL('../../lib/', import.meta.url);

export async function resolve(specifier, context, nextResolve) {
  const [name, subpath = ''] = specifier.split(/\/(.*)/s);
  if (name === 'nestjs-marathon') {
    const { href } = new URL(subpath ? `${subpath}/index.ts` : 'index.ts', LIBRARY);
    return { url: href, shortCircuit: true };
  }
  try {
    return await nextResolve(specifier, context);
  } catch (error) {
    // TypeScript names the file that it would emit: './lease.js' is './lease.ts' here.
    if (!/^\.{1,2}\/.*\.js$/.test(specifier)) throw error;
    return nextResolve(specifier.replace(/\.js$/, '.ts'), context);
  }
}

export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const source = await readFile(new URL(url), 'utf8');
  const { code } = await transform(source, { ...COMPILER, filename: url });
  return { format: 'module', source: code, shortCircuit: true };
}
