export type { HubFault, HubFaultRule } from './faults.js';
export type { HubFileSource } from './file-content.js';
export { filesOfFolder, type HubRepository, type HubTreeEntry } from './hub-repository.js';
export type { HubRequest } from './hub-request.js';
export { startHubServer, type HubServer, type HubServerOptions } from './hub-server.js';
