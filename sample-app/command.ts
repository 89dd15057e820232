import 'reflect-metadata';
import { CommandFactory } from 'nest-commander';
import { openDatabase } from './database.js';
import { toEnvironment } from './settings.js';

// DATABASE_URL=sqlite:shop.sqlite node sample-app/dist/command.js inventory recount
const url = process.env['DATABASE_URL'] ?? 'sqlite:shop.sqlite';
Object.assign(
  process.env,
  toEnvironment({ url, session: 'by-hand', instance: `command-${process.pid}` }),
);
// The tables of the shop, for whoever has never opened it.
await (await openDatabase(url)).destroy();
// Only now, since the module reads the environment.
const { AppModule } = await import('./app.module.js');
await CommandFactory.run(AppModule, ['error']);
