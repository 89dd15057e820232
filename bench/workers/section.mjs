import 'reflect-metadata';
import { sections } from '../sections.mjs';
import { scratch } from '../servers.mjs';

const section = sections.find(({ id }) => id === process.argv[2]);
const server = section.on && (await scratch[section.on]());
const besides = section.beside && (await scratch[section.beside]());
try {
  process.send({ figures: await section.run(server, besides), server: server?.about });
} finally {
  await besides?.drop();
  await server?.drop();
}
process.exit(); // a peer may have left a timer or a socket
