import { stopServers } from './servers/keeper-handle.mjs';

export default stopServers;
