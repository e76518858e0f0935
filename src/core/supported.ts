import { StatsError } from './errors.js';
import { unsupportedNode } from './node-version.js';

/** Imported first by every entry point, because drivers fail on an old Node.js with unhelpful errors. */
const nodeError = unsupportedNode(process.versions.node);
if (nodeError !== undefined) throw new StatsError('node-unsupported', nodeError);
