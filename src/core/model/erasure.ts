import * as z from 'zod';

export const erasureSchema = z.object({
  sessionsDeleted: z.int().min(0).describe('How many sessions the user had.'),
});
