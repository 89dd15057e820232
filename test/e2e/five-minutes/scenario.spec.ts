import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createDatabase, type TestDatabase } from '../../support/databases.js';
import { describeWith } from '../../support/describe-with.js';
import { lockRow } from '../support/oracle.js';
import { fiveMinutes, NewApplication } from './new-application.js';

/** Mostly the time of `npm install`. */
const PATIENCE_MS = 300_000;

const MAIN = `
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

async function bootstrap() {
  const app = await NestFactory.createApplicationContext(AppModule);
  app.enableShutdownHooks();
}
void bootstrap();
`;

describeWith('postgres', "The README's five minutes, in an empty folder", () => {
  let application: NewApplication;
  let database: TestDatabase;

  beforeAll(async () => {
    database = await createDatabase('postgres');
    application = await NewApplication.make();
  });
  afterAll(async () => {
    await application.remove();
    await database.drop();
  });

  it(
    'end with a job that runs, under its lock, in a table that was not there',
    async () => {
      const { packages, module } = await fiveMinutes();
      expect(packages).toContain('nestjs-marathon');
      // Five minutes are long: it is to run each second, and to say so.
      const eager = module
        .replace("'*/5 * * * *'", "'* * * * * *'")
        .replace(/\/\/ runs once.*/, "console.log('It ran.');");
      expect(eager).toContain('* * * * * *');
      await application.install(packages);
      await application.compile({ 'app.module.ts': eager, 'main.ts': MAIN });

      const output = await application.start({ DATABASE_URL: database.url }, 'It ran.');
      expect(output).not.toMatch(/WARN|ERROR/);
      const row = await lockRow(database, 'inventory:sync');
      expect(row).toMatchObject({ released_at: expect.any(Number) });
    },
    PATIENCE_MS,
  );
});
