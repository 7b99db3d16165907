/* 街道核查：先存在手机里，再报上；服务器认了才删。编号在手机上产生，重报只算一次。 */
(function () {
  "use strict";
  const root = document.getElementById("check-root");
  if (!root || !window.idb) return;
  const note = document.getElementById("check-note");
  const net = document.getElementById("check-net");
  const opened = idb.openDB("filing-checks", 1, { upgrade(db) { db.createObjectStore("answers", { keyPath: "uid" }); } });
  let sending = false;

  function say(text) { note.hidden = !text; note.textContent = text; }
  function fresh() {
    const signs = crypto.getRandomValues(new Uint8Array(12));
    return "c" + Array.from(signs, (b) => b.toString(16).padStart(2, "0")).join("");
  }
  function card(entity) { return root.querySelector('[data-entity="' + entity + '"]'); }
  function token() { const field = root.querySelector("input[name=csrfmiddlewaretoken]"); return field ? field.value : ""; }

  async function paint() {
    const kept = await (await opened).getAll("answers");
    for (const one of kept) {
      const found = card(one.entity);
      if (found) {
        found.classList.add("queued");
        found.querySelector(".check-said").textContent = one.error || "已存在手机里，等待报上";
      }
    }
    net.textContent = navigator.onLine ? "在线" : "离线";
    document.getElementById("check-count").textContent = root.querySelectorAll(".check-card:not(.sent)").length;
    say(kept.length ? kept.length + " 份核查还没有报上" + (navigator.onLine ? "" : "，联网后自动报") : "");
  }

  function packed(one) {
    const body = new FormData();
    for (const name of ["uid", "klass", "residents", "note", "checked_on"]) body.append(name, one[name]);
    for (const photo of one.photos) body.append("photos", photo.blob, photo.name);
    body.append("csrfmiddlewaretoken", token());
    return body;
  }

  async function send() {
    if (sending || !navigator.onLine) return;
    sending = true;
    try {
      for (const one of await (await opened).getAll("answers")) {
        const answer = await fetch(one.action, { method: "POST", body: packed(one), headers: { Accept: "application/json", "X-CSRFToken": token() } });
        const type = answer.headers.get("Content-Type") || "";
        if (answer.ok && type.includes("json")) {
          const got = await answer.json();
          if (got.uid !== one.uid) continue;
          await (await opened).delete("answers", one.uid);
          const found = card(one.entity);
          if (found) found.classList.add("sent");
        } else {
          one.error = type.includes("json") ? (await answer.json()).error : answer.status === 404 ? "这个主体不归您的街道核查" : "没有报上，请重新登录后再试";
          await (await opened).put("answers", one);
        }
      }
    } catch (error) {
      /* 网络断了，留着下次再报 */
    } finally {
      sending = false;
      await paint();
    }
  }

  root.addEventListener("submit", async (event) => {
    const form = event.target.closest(".check-form");
    if (!form) return;
    event.preventDefault();
    const given = new FormData(form);
    const entity = form.closest(".check-card").dataset.entity;
    const photos = given.getAll("photos").filter((file) => file.size).map((file) => ({ name: file.name || "照片.jpg", blob: file }));
    const db = await opened;
    for (const old of await db.getAll("answers")) if (old.entity === entity) await db.delete("answers", old.uid);
    await db.put("answers", { uid: fresh(), entity, action: form.action, klass: given.get("klass"), residents: given.get("residents"), note: given.get("note"), checked_on: given.get("checked_on"), photos });
    form.closest("details").open = false;
    await paint();
    await send();
  });

  window.addEventListener("online", send);
  window.addEventListener("offline", paint);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register(root.dataset.worker, { scope: root.dataset.scope }).catch(() => {});
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist();
  paint().then(send);
})();
