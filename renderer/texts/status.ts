// The states of jobs and runs in words.

export const statusTexts = {
  en: {
    queued: 'queued',
    running: 'running',
    finished: 'finished',
    stopped: 'stopped',
    failed: 'failed',
    interrupted: 'interrupted',
  },
  de: {
    queued: 'wartet',
    running: 'läuft',
    finished: 'fertig',
    stopped: 'angehalten',
    failed: 'fehlgeschlagen',
    interrupted: 'abgebrochen',
  },
};
