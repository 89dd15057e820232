import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
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

describe('README.md', () => {
  const files: string[] = [];

  beforeAll(async () => {
    await mkdir(folder, { recursive: true });
    for (const { line, text } of await snippetsOf('README.md')) {
      const file = new URL(`line-${line}.ts`, folder).pathname;
      await writeFile(file, text);
      files.push(file);
    }
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('has snippets that compile as they stand', () => {
    expect(files.length).toBeGreaterThanOrEqual(4);
    expect(complaintsAbout(files)).toEqual([]);
  }, 60_000);

  it('would not hide a mistake', async () => {
    const wrong = new URL('wrong.ts', folder).pathname;
    await writeFile(wrong, `import { SingleRunner } from 'nestjs-marathon';\nSingleRunner(42);\n`);
    expect(complaintsAbout([wrong]).join()).toContain('not assignable to parameter of type');
  }, 60_000);
});
