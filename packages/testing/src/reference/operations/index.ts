import type { GraphOperation } from '@mlxengine/core/graph';
import type { Implementations } from '../operation-run.js';
import { attention } from './attention.js';
import { elementWise } from './element-wise.js';
import { experts } from './experts.js';
import { inputs } from './inputs.js';
import { latentAttention } from './latent-attention.js';
import { linears } from './linears.js';
import { norms } from './norms.js';
import { pooling } from './pooling.js';
import { positions } from './positions.js';
import { recurrences } from './recurrences.js';
import { reductions } from './reductions.js';
import { routing } from './routing.js';
import { shapes } from './shapes.js';

/** Every operation of the graph. */
export const implementations: Implementations<GraphOperation['type']> = {
  ...inputs, ...linears, ...norms, ...positions, ...attention, ...latentAttention, ...elementWise, ...shapes, ...reductions,
  ...routing, ...experts, ...recurrences, ...pooling,
};
