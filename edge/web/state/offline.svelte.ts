// Whether the app works without a network: asks the browser to keep it.

export const offline = $state<{ state: 'preparing' | 'ready' | 'unavailable' }>({ state: 'preparing' });

export async function keepOffline(): Promise<void> {
  if (!('serviceWorker' in navigator)) {
    offline.state = 'unavailable';
    return;
  }
  try {
    await navigator.serviceWorker.register('./service-worker.js', { updateViaCache: 'none' });
    await navigator.serviceWorker.ready;
    offline.state = 'ready';
  } catch {
    // Without a network the one that is installed goes on.
    offline.state = navigator.serviceWorker.controller === null ? 'unavailable' : 'ready';
  }
}
