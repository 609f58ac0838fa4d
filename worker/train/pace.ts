// An honest estimate of the time left: training steps are timed apart from evaluations and saves, and those still
// to come are counted in.

/** How many steps the rate looks back. */
const WINDOW = 50;

export interface Pace {
  noteStep(elapsedMs: number): void;
  noteEvaluation(elapsedMs: number): void;
  noteSave(elapsedMs: number): void;
  /** Another graph begins, whose steps take another time. */
  noteNewGraph(): void;
  stepsPerSecond(): number | null;
  /** Null until a few steps were timed. */
  remainingMs(stepsLeft: number, evaluationsLeft: number, savesLeft: number): number | null;
}

/** A pace with nothing measured yet. */
export function createPace(): Pace {
  const recent: number[] = [];
  let seen = 0;
  let [evaluationMs, saveMs] = [0, 0];
  const stepMs = () => (recent.length === 0 ? null : recent.reduce((sum, ms) => sum + ms, 0) / recent.length);
  return {
    noteStep(elapsedMs) {
      seen++;
      // The first step of a graph also compiles it and says nothing about the others.
      if (seen === 1) return;
      recent.push(elapsedMs);
      if (recent.length > WINDOW) recent.shift();
    },
    noteEvaluation(elapsedMs) {
      evaluationMs = elapsedMs;
    },
    noteSave(elapsedMs) {
      saveMs = elapsedMs;
    },
    noteNewGraph() {
      seen = 0;
      recent.length = 0;
    },
    stepsPerSecond() {
      const ms = stepMs();
      return ms === null ? null : 1000 / ms;
    },
    remainingMs(stepsLeft, evaluationsLeft, savesLeft) {
      const ms = stepMs();
      if (ms === null || recent.length < 5) return null;
      return stepsLeft * ms + evaluationsLeft * evaluationMs + savesLeft * saveMs;
    },
  };
}
