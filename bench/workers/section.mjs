import 'reflect-metadata';
import { sections } from '../sections.mjs';
import { scratch } from '../servers.mjs';

const section = sections.find(({ id }) => id === process.argv[2]);
const server = section.on && (await scratch[section.on]());
try {
  process.send({
    figures: await section.run(server, Number(process.argv[3])),
    server: server?.about,
  });
} finally {
  await server?.drop();
}
process.exit(); // a peer may have left a timer or a socket
