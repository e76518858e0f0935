import { StatsError } from './errors.js';
import { unsupportedNode } from './runtime.js';

/** Loaded before anything else of an entry, since drivers end in errors that tell nobody what to do. */
const tooOld = unsupportedNode(process.versions.node);
if (tooOld !== undefined) throw new StatsError('node-unsupported', tooOld);
