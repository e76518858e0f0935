import { loadShard } from '../support/shard.js';

await loadShard(import.meta.url);
