// Keeps the whole app and its models on the device. `bundle` (version, files) stands in front of this text, written
// when the bundle is packed. Answers are given as those of an isolated page, which lets the model use several threads.

const scope = self.registration.scope;
const prefix = `trm ${scope} `;
const cacheName = prefix + bundle.version;

self.addEventListener('install', (event) => {
  event.waitUntil(keepAll());
});

async function keepAll() {
  const cache = await caches.open(cacheName);
  await cache.addAll(bundle.files.map((file) => new Request(new URL(file, scope), { cache: 'no-cache' })));
}

self.addEventListener('activate', (event) => {
  event.waitUntil(forgetOthers());
});

async function forgetOthers() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
}

self.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  if (method === 'GET' && new URL(url).origin === self.location.origin)
    event.respondWith(answer(event.request));
});

async function answer(request) {
  const cache = await caches.open(cacheName);
  const address = new URL(request.url);
  address.search = '';
  if (address.href === scope) address.pathname += 'index.html';
  const kept = await cache.match(address.href);
  if (kept) return isolated(kept);
  const response = await fetch(request);
  // What is large and not always needed, such as WebGPU, is kept from its first use on.
  if (response.status === 200 && address.href.startsWith(`${scope}runtime/`)) {
    await cache.put(address.href, response.clone());
  }
  return isolated(response);
}

function isolated(response) {
  if (response.type === 'opaque' || response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
