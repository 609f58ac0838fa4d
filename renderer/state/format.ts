// Numbers and times as people read them, in the language of the window.

import { settings } from './settings.svelte.ts';

const units = ['B', 'kB', 'MB', 'GB', 'TB'];

export function formatBytes(sizeBytes: number): string {
  const power = sizeBytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(sizeBytes) / 3));
  const value = sizeBytes / 1000 ** power;
  return `${formatNumber(value, value < 10 && power > 0 ? 1 : 0)} ${units[power]}`;
}

export function formatNumber(value: number, digits = 0): string {
  return value.toLocaleString(settings.language, {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
}

/** An axis of shares that holds these, from a multiple of 5 % up to 100 %. */
export function shareRange(shares: number[]): [number, number] {
  const lowest = Math.min(1, ...shares);
  return [Math.max(0, Math.min(0.95, Math.floor(20 * lowest - 0.5) / 20)), 1];
}

export function formatShare(value: number): string {
  return `${formatNumber(100 * value, 1)} %`;
}

/** Such as `2 h 11 min`, `3 min 20 s`, `12 s`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export function formatTime(time: string): string {
  return new Date(time).toLocaleString(settings.language, { dateStyle: 'medium', timeStyle: 'short' });
}
