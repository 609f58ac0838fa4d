// How an engine that serves is found by other programs of the same user.

import { z } from 'zod';

/** How an engine that serves is found: `<home>/engine.json`, readable by its user only. */
export const announcementSchema = z.object({
  port: z.number().int(),
  token: z.string(),
  processId: z.number().int(),
  version: z.string(),
});
export type Announcement = z.infer<typeof announcementSchema>;
