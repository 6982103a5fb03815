export { openStarterModel } from './open-starter-model.js';
