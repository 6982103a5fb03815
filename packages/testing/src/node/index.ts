export { writeTinyCheckpoint } from './write-tiny-checkpoint.js';
