import { startServers } from '../../../support/servers/keeper-handle.mjs';

process.send({ type: 'servers', servers: await startServers() });
