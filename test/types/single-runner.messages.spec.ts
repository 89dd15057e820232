import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import ts from 'typescript';

/** What stands on each line, and what the compiler is to say of it. */
const cases: readonly (readonly [code: string, message: RegExp])[] = [
  [
    `@SingleRunner('a') async m(): Promise<number> { return 1; }`,
    /a skipped call resolves to undefined: return Promise<… \| undefined>, or give onSkip: 'throw'/,
  ],
  [
    `@SingleRunner('a', '1m') async m(): Promise<number> { return 1; }`,
    /a skipped call resolves to undefined: return Promise<… \| undefined>, or give onSkip: 'throw'/,
  ],
  [
    `@SingleRunner('a') m(): number { return 1; }`,
    /a guarded method is asynchronous: return void or a Promise/,
  ],
  [
    `@SingleRunner('a', { onSkip: 'throw' }) m(): number { return 1; }`,
    /a guarded method is asynchronous: return void or a Promise/,
  ],
  [
    `@SingleRunner((id: number) => 'a' + id) async m(id: string): Promise<void> {}`,
    /the name function's parameters are not the method's/,
  ],
  [
    `@SingleRunner('a', { ttl: (other: Map<string, string>) => other.get('ttl') }) async m(): Promise<void> {}`,
    /the options' functions take another class/,
  ],
  [`@SingleRunner('a') static async m(): Promise<void> {}`, /a static method/],
];

/** As a file of `lib/nest` would be: one class a line. */
function compile(lines: readonly string[]): Map<number, string> {
  const path = fileURLToPath(new URL('../../lib/nest/messages.virtual.ts', import.meta.url));
  const text = [`import { SingleRunner } from './single-runner.decorator.js';`, ...lines].join(
    '\n',
  );
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    strict: true,
    experimentalDecorators: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.getSourceFile = (name, ...rest) =>
    name === path
      ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2023)
      : getSourceFile(name, ...rest);
  const program = ts.createProgram({ rootNames: [path], options, host });
  const file = program.getSourceFile(path)!;
  const messages = new Map<number, string>();
  for (const { start = 0, messageText } of program.getSemanticDiagnostics(file)) {
    const { line } = file.getLineAndCharacterOfPosition(start);
    messages.set(line, ts.flattenDiagnosticMessageText(messageText, '\n'));
  }
  return messages;
}

it('a refusal of the compiler says what is wrong, and one that is right is not refused', () => {
  const classes = cases.map(([code], index) => `class Refused${index} { ${code} }`);
  const right = `class Right { @SingleRunner('a') async m(): Promise<void> {} }`;
  const messages = compile([...classes, right]);
  cases.forEach(([, message], index) => expect(messages.get(index + 1)).toMatch(message));
  expect([...messages.keys()]).toEqual(cases.map((_case, index) => index + 1));
});
