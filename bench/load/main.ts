/** The process of the load generator: an order comes as a message, a report goes back as one. */
import { loadOrderSchema } from './messages.js';
import { runLoad } from './load.js';

process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group; the end of the bench is the signal that counts.
process.on('SIGINT', () => undefined);
process.on('message', (message) => void obey(message));

async function obey(message: unknown): Promise<void> {
  try {
    process.send?.(await runLoad(loadOrderSchema.parse(message)));
  } catch (error) {
    process.send?.({ error: String(error) });
  }
}
