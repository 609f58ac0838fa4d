// Where the window was left, and whether that is still on a screen.

import { z } from 'zod';

const rectangleSchema = z.object({
  x: z.number().int().optional(),
  y: z.number().int().optional(),
  width: z.number().int().min(200).max(20_000),
  height: z.number().int().min(200).max(20_000),
});
export type Rectangle = z.infer<typeof rectangleSchema>;

const windowStateSchema = z.object({ bounds: rectangleSchema, maximized: z.boolean() });
export type WindowState = z.infer<typeof windowStateSchema>;

const firstState: WindowState = { bounds: { width: 1280, height: 840 }, maximized: false };

/** What was stored, or the state of a first start where that cannot be read. */
export function readWindowState(stored: unknown): WindowState {
  const parsed = windowStateSchema.safeParse(stored);
  return parsed.success ? parsed.data : firstState;
}

/** The state on the screens there are now: in the middle where the window would lie outside, never larger than one. */
export function fitWindow(state: WindowState, workAreas: Required<Rectangle>[]): WindowState {
  const { bounds } = state;
  const [first] = workAreas;
  if (first === undefined) return state;
  const home = workAreas.find((area) => isVisibleOn(bounds, area));
  const { width, height } = home ?? first;
  const size = { width: Math.min(bounds.width, width), height: Math.min(bounds.height, height) };
  return { ...state, bounds: home === undefined ? size : { ...bounds, ...size } };
}

/** Enough of the title bar to take hold of. */
function isVisibleOn({ x, y, width }: Rectangle, area: Required<Rectangle>): boolean {
  if (x === undefined || y === undefined) return false;
  const overlap = Math.min(x + width, area.x + area.width) - Math.max(x, area.x);
  return overlap >= 100 && y >= area.y && y <= area.y + area.height - 40;
}
