import { describe, expect, it } from '@jest/globals';
import { Program } from './program.js';

describe('A command line program with a command that overrides run', () => {
  const program = new Program('sqlite');

  it.each(['method', 'field'] as const)(
    'does not start, whichever command was called, if it is a %s',
    async (override) => {
      const { code, stderr, told } = await program.run(`inventory count`, { override });
      expect(stderr).toMatch(
        /CommandOverrideError: (Method|Field)Override overrides run\(\)[^]*Rename it to runTask/,
      );
      expect(stderr).toContain(`MARATHON_COMMAND_OVERRIDE`);
      expect({ code, told }).toEqual({ code: 1, told: [] });
    },
  );
});

describe('A command line program without MarathonModule', () => {
  const program = new Program('sqlite');

  it('does not start, and says what to import', async () => {
    const { code, stderr } = await program.run('inventory count', { withoutMarathon: true });
    expect(stderr).toContain(
      'LockService, needed by @SingleRunner: import MarathonModule.forRoot()',
    );
    expect(code).toBe(1);
  });
});
