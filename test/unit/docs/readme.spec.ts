import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const root = new URL('../../../', import.meta.url);
const folder = new URL('out/readme/', root);

/** The TypeScript blocks of a page, each with the line that it starts at. */
async function snippetsOf(page: string): Promise<{ line: number; text: string }[]> {
  const markdown = await readFile(new URL(page, root), 'utf8');
  return [...markdown.matchAll(/^```ts\n(.*?)^```/gms)].map(({ index, 1: text }) => ({
    line: markdown.slice(0, index).split('\n').length + 1,
    text: text!,
  }));
}

/** What the compiler says, as a user of the package would read it. */
function complaintsAbout(files: string[]): string[] {
  const { config } = ts.readConfigFile(new URL('tsconfig.json', root).pathname, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root.pathname);
  // As Nest's own template is set up, where our tests are stricter.
  const program = ts.createProgram(files, { ...options, exactOptionalPropertyTypes: false });
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      ({ file, messageText }) =>
        `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}

/** What is written for users. */
async function pages(): Promise<string[]> {
  const docs = await readdir(new URL('docs/', root));
  return [
    'README.md',
    ...docs.filter((page) => page.endsWith('.md')).map((page) => `docs/${page}`),
  ];
}

describe('The pages for users', () => {
  const files: string[] = [];

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    for (const page of await pages()) {
      for (const { line, text } of await snippetsOf(page)) {
        const name = `${page.replaceAll('/', '-')}-line-${line}.ts`;
        const file = new URL(name, folder).pathname;
        await writeFile(file, text);
        files.push(file);
      }
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('have snippets that compile as they stand', () => {
    for (const page of ['README.md', 'docs-commands.md']) {
      expect(files.filter((file) => file.includes(page))).not.toEqual([]);
    }
    expect(complaintsAbout(files)).toEqual([]);
  }, 60_000);

  it('would not hide a mistake', async () => {
    const wrong = new URL('wrong.ts', folder).pathname;
    await writeFile(wrong, `import { SingleRunner } from 'nestjs-marathon';\nSingleRunner(42);\n`);
    expect(complaintsAbout([wrong]).join()).toContain('not assignable to parameter of type');
  }, 60_000);
});
