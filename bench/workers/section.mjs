import 'reflect-metadata';
import { sections } from '../sections.mjs';
import { scratch } from '../servers.mjs';

const section = sections.find(({ id }) => id === process.argv[2]);
const server = section.on && (await scratch[section.on]());
const another = section.also && (await scratch[section.also]());
try {
  process.send({ figures: await section.run(server, another), server: server?.about });
} finally {
  await another?.drop();
  await server?.drop();
}
process.exit(); // a peer may have left a timer or a socket
