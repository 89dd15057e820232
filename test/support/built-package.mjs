// node --import ./test/support/built-package.mjs script.ts
// as typescript.mjs, but against the package as it was built, which is what users run.
import { register } from 'node:module';
import './typescript.mjs';

// The hooks that are registered last are asked first.
register('./built-package-hooks.mjs', import.meta.url);
