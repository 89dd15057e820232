// node --import ./test/support/typescript.mjs worker.ts
// runs a TypeScript file with the compiler and the settings that Jest uses, against lib's sources.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
