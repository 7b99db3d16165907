// 上传：逐件传，服务器回的摘要与手机算的一样才算确认。断了、重了都不怕。
(() => {
  const API = "/inspections/api/";
  const KEEP = "手机里的数据都在，没有删。";
  let running = null;

  class Stop extends Error {}

  const cookie = (name) => (document.cookie.match(new RegExp(`(?:^|; )${name}=([^;]*)`)) || [])[1] || "";

  async function call(path, options = {}) {
    let response;
    const headers = { "X-CSRFToken": cookie("csrftoken"), "X-Yijian-Clock": String(Date.now()), ...options.headers };
    try {
      response = await fetch(API + path, { credentials: "same-origin", redirect: "manual", ...options, headers });
    } catch {
      throw new Stop(`连不上服务器，稍后自动再传。${KEEP}`);
    }
    if (response.type === "opaqueredirect") throw new Stop(`登录已过期，请联网重新登录。${KEEP}`);
    let data = null;
    try { data = await response.json(); } catch { /* 不是 JSON，下面按状态说 */ }
    if (response.status === 401) { await YJ.db.put("token", ""); throw new Stop(data ? data.message : KEEP); }
    if (response.status === 403) throw new Stop(data ? data.message : `没有权限或页面已过期，请联网重新打开本页。${KEEP}`);
    if (response.status >= 500 || !data) throw new Stop(`服务器暂时不能处理（${response.status}），稍后再传。${KEEP}`);
    return { status: response.status, data };
  }

  async function token() {
    const found = await YJ.db.get("token");
    if (found) return found;
    const uid = await YJ.db.deviceUid();
    const label = /Android/.test(navigator.userAgent) ? "安卓手机" : /iPhone|iPad/.test(navigator.userAgent) ? "苹果手机" : "浏览器";
    const { data, status } = await call("devices/", { method: "POST", body: JSON.stringify({ uid, label }) });
    if (status !== 200) throw new Stop(data.message);
    await YJ.db.put("token", data.token);
    return data.token;
  }

  async function download() {
    await token();
    const { data } = await call("bundle/");
    const mine = await YJ.db.get("bundle");
    const left = await YJ.db.waiting();
    if (mine && mine.me && data.me && mine.me.id !== data.me.id && left.length) {
      throw new Stop(`这部手机里还有${mine.me.name}没有上传的 ${left.length} 件，请由本人登录上传后再换人使用。`);
    }
    // 还有没传完的任务，即使服务器上已不在我名下，也先留着
    const held = new Set(left.map((row) => row.visit));
    const gone = mine ? mine.visits.filter((v) => held.has(v.uid) && !data.visits.some((w) => w.uid === v.uid)) : [];
    const lists = mine ? mine.checklists.filter((c) => !data.checklists.some((d) => d.id === c.id)) : [];
    await YJ.db.put("bundle", { ...data, visits: [...data.visits, ...gone], checklists: [...data.checklists, ...lists], at: Date.now() });
  }

  async function sendAnswers(rows, headers) {
    const items = [];
    for (const row of rows) items.push({ uid: row.uid, sha256: await YJ.sha256(row.body), body: row.body });
    const { data } = await call("answers/", { method: "POST", body: JSON.stringify({ items }), headers });
    if (!data.items) throw new Stop(data.message || KEEP);
    return data.items.map((receipt, n) => settle(receipt, items[n].sha256));
  }

  async function sendFile(row, headers) {
    const form = new FormData();
    form.append("uid", row.uid);
    form.append("body", row.body);
    const digest = await YJ.sha256(row.body);
    form.append("sha256", digest);
    if (row.blob) {
      form.append("image_sha256", row.sha256);
      form.append("image", row.blob, row.kind === "photo" ? `${row.uid}.${row.blob.type === "image/png" ? "png" : "jpg"}` : "签名.png");
    }
    const path = row.kind === "photo" ? "photos/" : "signatures/";
    const { data } = await call(path, { method: "POST", body: form, headers });
    return settle(data, row.blob ? row.sha256 : digest);
  }

  // 收条的摘要与手机的一样，才是确认；同号冲突也算存下了，提示去办公端看。
  function settle(receipt, digest) {
    if (["accepted", "again", "conflict"].includes(receipt.state) && receipt.sha256 === digest) {
      return { state: 2, confirmed: Date.now(), said: receipt.message || "" };
    }
    return { state: 3, said: receipt.message || "服务器回的摘要不符，请重传。" };
  }

  async function push(rows, headers, mark, tick) {
    const answers = rows.filter((row) => row.kind === "answer");
    for (let at = 0; at < answers.length; at += 100) {
      const part = answers.slice(at, at + 100);
      const done = await sendAnswers(part, headers);
      for (let n = 0; n < part.length; n += 1) await mark(part[n].uid, done[n]);
      tick();
    }
    for (const row of rows.filter((one) => one.kind !== "answer")) {
      await mark(row.uid, { state: 1 });
      tick();
      try {
        await mark(row.uid, await sendFile(row, headers));
      } catch (error) {
        await mark(row.uid, { state: 0 });
        throw error;
      }
      tick();
    }
  }

  async function run(tick = () => {}) {
    if (running) return running;
    running = (async () => {
      if (!navigator.onLine) throw new Stop(`现在没有网络。${KEEP}`);
      const headers = { "X-Yijian-Device": await token() };
      await push(await YJ.db.waiting(), headers, YJ.db.mark, tick);
      await download();
      await YJ.db.tidy();
    })();
    try { return await running; } finally { running = null; tick(); }
  }

  globalThis.YJ = Object.assign(globalThis.YJ || {}, { sync: { run, push, download, token, Stop } });
})();
