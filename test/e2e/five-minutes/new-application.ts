import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** What `nest new` installs, as far as an application without a web page needs it. */
const SKELETON = ['@nestjs/common', '@nestjs/core', 'reflect-metadata', 'rxjs', 'typescript@5'];

/** Two seconds are enough; this is for a machine that does much else. */
const START_PATIENCE_MS = 90_000;

/** As `nest new` writes it. */
const TSCONFIG = {
  compilerOptions: {
    module: 'nodenext',
    moduleResolution: 'nodenext',
    target: 'ES2023',
    esModuleInterop: true,
    isolatedModules: true,
    emitDecoratorMetadata: true,
    experimentalDecorators: true,
    strictNullChecks: true,
    skipLibCheck: true,
    types: ['node'],
    outDir: 'dist',
  },
  include: ['src'],
};

/** An empty folder in which the README's five minutes are spent. */
export class NewApplication {
  private constructor(readonly folder: string) {}

  static async make(): Promise<NewApplication> {
    return new NewApplication(await mkdtemp(join(tmpdir(), 'five-minutes-')));
  }

  /** Installs the packages that the README says, this one from what would be published. */
  async install(packages: readonly string[]): Promise<void> {
    await writeFile(join(this.folder, 'package.json'), JSON.stringify({ private: true }));
    const tarball = await this.#pack();
    const named = packages.map((name) => (name === 'nestjs-marathon' ? tarball : name));
    await this.#run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      ...SKELETON,
      '@types/node@20',
      ...named,
    ]);
  }

  async compile(sources: Readonly<Record<string, string>>): Promise<void> {
    await mkdir(join(this.folder, 'src'));
    await writeFile(join(this.folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    for (const [name, text] of Object.entries(sources)) {
      await writeFile(join(this.folder, 'src', name), text);
    }
    await this.#run('npx', ['tsc']);
  }

  /** Runs it until it prints a text, and then lets it shut down. Returns all that it printed. */
  async start(env: Readonly<Record<string, string>>, text: string): Promise<string> {
    const child = spawn(process.execPath, ['dist/main.js'], {
      cwd: this.folder,
      env: { ...process.env, ...env },
      timeout: START_PATIENCE_MS,
      killSignal: 'SIGKILL',
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (part: string) => {
        output += part;
        if (output.includes(text)) child.kill('SIGTERM');
      });
    }
    await once(child, 'close');
    if (!output.includes(text)) throw new Error(`It ended without '${text}':\n${output}`);
    return output;
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  /** Built apart from `dist`, which other tests may be building. */
  async #pack(): Promise<string> {
    const stage = join(this.folder, 'package');
    for (const file of ['package.json', 'README.md', 'LICENSE']) {
      await cp(join(ROOT, file), join(stage, file));
    }
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const project = join(ROOT, 'tsconfig.build.json');
    await this.#run(process.execPath, [tsc, '-p', project, '--outDir', join(stage, 'dist')]);
    const packed = await this.#run('npm', ['pack', '--json', stage]);
    const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
    return join(this.folder, filename);
  }

  async #run(command: string, args: readonly string[]): Promise<string> {
    const options = { cwd: this.folder, maxBuffer: 2 ** 26 };
    try {
      return (await promisify(execFile)(command, args, options)).stdout;
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}\n${stderr}`);
    }
  }
}

/** The README's section of five minutes: what it installs, and its module. */
export async function fiveMinutes(): Promise<{ packages: string[]; module: string }> {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const [, section = ''] = readme.split(/^## Five minutes$/m);
  const [, packages = ''] = /^npm install (.*)$/m.exec(section) ?? [];
  const [, module = ''] = /^```ts\n(.*?)^```/ms.exec(section) ?? [];
  return { packages: packages.split(' '), module };
}
