export { safetensorsChunks, type SafetensorsWriteOptions, type TensorToWrite } from './safetensors/safetensors-chunks.js';
