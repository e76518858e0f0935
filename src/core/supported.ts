import { StatsError } from './errors.js';
import { unsupportedNode } from './node-version.js';

/** Runs before all other modules of an entry, because drivers fail on an old Node with unhelpful errors. */
const nodeError = unsupportedNode(process.versions.node);
if (nodeError !== undefined) throw new StatsError('node-unsupported', nodeError);
