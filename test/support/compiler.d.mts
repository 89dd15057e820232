import type { Options } from '@swc/core';

export const COMPILER: Options;
