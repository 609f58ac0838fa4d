// What labels mean wherever they go.

/** A label that counts nowhere: neither in losses nor in metrics. */
export const IGNORED_LABEL = -100;
