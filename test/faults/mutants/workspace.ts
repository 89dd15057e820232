import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { atTheEnd } from './at-the-end.js';
import { mutated, type Mutant } from './mutant.js';
import { runProcess } from './process.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Where the reports are, and the copy. Git does not look there. */
export const OUT = join(ROOT, 'out/mutants');
const COPIED = [
  'lib',
  'test',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'jest.config.js',
];
const BUILD_MS = 120_000;

/** The repository's own text of a file. */
export function original(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** In the words of the compiler. What does not compile is no mutant. */
export class DoesNotCompileError extends Error {}

/** A copy of the tree, in which one mutant at a time takes the library's place. */
export class Workspace {
  private constructor(readonly folder: string) {}

  /** In a folder of its own, so that two runs do not meet. */
  static async create(): Promise<Workspace> {
    await mkdir(OUT, { recursive: true });
    const workspace = new Workspace(await mkdtemp(join(OUT, 'work-')));
    const { folder } = workspace;
    atTheEnd(() => rmSync(folder, { recursive: true, force: true }));
    for (const path of COPIED) {
      await cp(join(ROOT, path), join(folder, path), { recursive: true });
    }
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await workspace.build('The library');
    return workspace;
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /**
   * Puts a mutant in the library's place, and builds it.
   *
   * @throws {StaleMutantError}
   * @throws {DoesNotCompileError}
   */
  async apply(mutant: Mutant): Promise<void> {
    for (const [file, source] of mutated(mutant, original)) {
      await writeFile(join(this.folder, file), source);
    }
    await this.build(mutant.id);
  }

  async undo({ edits }: Mutant): Promise<void> {
    for (const { file } of edits) await writeFile(join(this.folder, file), original(file));
  }

  /** By TypeScript 7, which needs a tenth of the time of `nest build` and emits the same. */
  async build(what: string): Promise<void> {
    const compiler = 'node_modules/typescript-7/bin/tsc';
    const { code, output } = await runProcess(
      [compiler, '-p', 'tsconfig.build.json'],
      this.folder,
      BUILD_MS,
    );
    if (code !== 0) throw new DoesNotCompileError(`${what} does not compile:\n${output.trim()}`);
  }
}
