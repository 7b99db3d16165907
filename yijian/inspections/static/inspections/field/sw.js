// 离线：壳和文件先存好，断网时从这里取；数据不经这里，都在 IndexedDB。版本号由文件内容算出。
const { version, shell, files } = self.YIJIAN;
const NAME = `yijian-field-${version}`;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    await Promise.all(files.map((file) => keep(cache, file)));
    await keep(cache, shell);
    await self.skipWaiting();
  })());
});

async function keep(cache, url) {
  const response = await fetch(url, { cache: "reload", credentials: "same-origin" });
  if (!response.ok || response.redirected) throw new Error(`${url} ${response.status}`);
  await cache.put(url, response);
}

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    const old = names.filter((name) => name.startsWith("yijian-field-") && name !== NAME);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && url.pathname === shell) event.respondWith(page(request));
  else if (files.includes(url.pathname)) event.respondWith(file(request, url.pathname));
});

// 壳：联网用新的（登录过期会照常转到登录页），断网用存好的。
async function page(request) {
  try {
    return await fetch(request);
  } catch {
    const kept = await (await caches.open(NAME)).match(shell);
    return kept || Response.error();
  }
}

async function file(request, path) {
  const kept = await (await caches.open(NAME)).match(path);
  return kept || fetch(request);
}
