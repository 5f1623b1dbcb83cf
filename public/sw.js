// The service worker of one build. `cargo xtask build` fills in the build's id and what it keeps.
//
// It keeps the hashed files of its own build and the static offline page, nothing that the server draws: a page of one build
// with the program of another would not hydrate. Beside them it notes the last known state, which the offline page shows.
// The API and with it the speed test never pass through here.

const BUILD = 'steadyline-{{build}}';
const STATE = 'steadyline-state';
const KEPT = '{{precache}}';
const NOTE_EVERY_MS = 60_000;

let notedAt = 0;

self.addEventListener('install', (event) => {
  // The browser's own routing spares these paths the worker's start (where it knows how to).
  const direct = ['/api/*', '/backend/*', '/ndt/*'];
  event.addRoutes?.(direct.map((pathname) => ({ condition: { urlPattern: new URLPattern({ pathname }) }, source: 'network' })));
  event.waitUntil(keep());
});

async function keep() {
  const cache = await caches.open(BUILD);
  await cache.addAll(KEPT);
  await self.skipWaiting();
}

self.addEventListener('activate', (event) => event.waitUntil(takeOver()));

async function takeOver() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('steadyline-') && name !== BUILD && name !== STATE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
  await note();
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(event));
  else if (KEPT.includes(url.pathname)) event.respondWith(kept(request));
});

// A page comes from the server or not at all; a proxy that has lost its server (it knows no policy of ours) counts as no answer.
async function page(event) {
  try {
    const response = await fetch(event.request);
    const lost = response.status >= 502 && response.status <= 504 && !response.headers.has('content-security-policy');
    if (!lost) {
      event.waitUntil(note());
      return response;
    }
  } catch {
    // No answer: the offline page says so.
  }
  const offline = await caches.match('/offline.html', { cacheName: BUILD });
  return offline ?? Response.error();
}

async function kept(request) {
  return (await caches.match(request, { cacheName: BUILD, ignoreSearch: true })) ?? fetch(request);
}

// The last known state: what this device's own pages say, in the few words that the offline page shows.
async function note() {
  if (Date.now() - notedAt < NOTE_EVERY_MS) return;
  notedAt = Date.now();
  const [verdict, connection] = await Promise.all([ask('/api/verdict'), ask('/api/my-connection')]);
  if (!verdict && !connection) return;
  const state = {
    noted_at: new Date().toISOString(),
    place: verdict?.place ?? null,
    sentence: verdict?.sentence ?? null,
    download: connection?.last_download_mbps ?? null,
    upload: connection?.last_upload_mbps ?? null,
    ping: connection?.last_ping_ms ?? null,
    test_at: connection?.last_test_at ?? null,
  };
  const cache = await caches.open(STATE);
  await cache.put('/state', new Response(JSON.stringify(state), { headers: { 'content-type': 'application/json' } }));
}

async function ask(path) {
  try {
    const response = await fetch(path, { headers: { accept: 'application/json' } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
