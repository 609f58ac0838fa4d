// How many jobs run at once and how long the engine waits for a worker. Tests pass shorter times.

export interface JobLimits {
  /** Jobs at once. Every kind of job uses all cores or the one GPU, so two would only slow each other down. */
  concurrency: number;
  /** How often a worker is looked at. */
  watchEveryMs: number;
  /** Without a heartbeat (one each 2 s) for so long, a worker is reported as silent. */
  silentAfterMs: number;
  /** A silent worker that used no processor time for so long is ended. */
  idleAfterMs: number;
  /** From a request to stop until the worker is killed; saving extends it. */
  stopGraceMs: number;
  /** From a worker's last word until it must have ended. */
  exitGraceMs: number;
}

export const jobLimits: JobLimits = {
  concurrency: 1,
  watchEveryMs: 5000,
  silentAfterMs: 30_000,
  idleAfterMs: 300_000,
  stopGraceMs: 30_000,
  exitGraceMs: 15_000,
};
