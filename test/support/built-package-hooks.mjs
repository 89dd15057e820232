import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const { resolve: locate } = createRequire(import.meta.url);

export async function resolve(specifier, context, nextResolve) {
  const isPackage = /^nestjs-marathon(\/|$)/.test(specifier);
  // By the exports of package.json, as anywhere else.
  if (isPackage) return { url: pathToFileURL(locate(specifier)).href, shortCircuit: true };
  return nextResolve(specifier, context);
}
