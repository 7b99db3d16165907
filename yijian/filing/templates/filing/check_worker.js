/* 核查页的后台脚本：页面与静态文件先取网络、断网取存下的；不碰其他网址。 */
"use strict";
const STORE = "filing-checks-1";
const FILES = {{ files|safe }};
self.addEventListener("install", (event) => event.waitUntil(caches.open(STORE).then((kept) => Promise.allSettled([self.registration.scope, ...FILES].map((file) => kept.add(file)))).then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const page = url.pathname === new URL(self.registration.scope).pathname;
  if (event.request.method !== "GET" || url.origin !== location.origin || !(page || FILES.includes(url.pathname))) return;
  event.respondWith(fetch(event.request).then((answer) => {
    if (answer.ok && !answer.redirected) { const copy = answer.clone(); event.waitUntil(caches.open(STORE).then((kept) => kept.put(event.request, copy))); }
    return answer;
  }).catch(() => caches.match(event.request, { ignoreSearch: true, ignoreVary: true }).then((kept) => kept || Response.error())));
});
