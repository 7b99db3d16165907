// 手机里的库：任务包、待传的每一件、上传台账。服务器没有确认摘要之前，什么也不删。
(() => {
  const { openDB } = globalThis.idb;
  const opened = openDB("yijian-field", 1, {
    upgrade(db) {
      db.createObjectStore("keep");
      const items = db.createObjectStore("items", { keyPath: "uid" });
      items.createIndex("visit", "visit");
    },
  });

  const get = async (key) => (await opened).get("keep", key);
  const put = async (key, value) => (await opened).put("keep", value, key);

  // 手机自己的编号，头一次打开时定下。
  async function deviceUid() {
    let found = await get("device");
    if (!found) { found = YJ.uid(); await put("device", found); }
    return found;
  }

  // 存一件：写进库、落定之后才算数。state：0 未上传，1 上传中，2 已确认，3 服务器不收。
  async function add(item) {
    const db = await opened;
    const work = db.transaction(["items", "keep"], "readwrite", { durability: "strict" });
    const seq = ((await work.objectStore("keep").get("seq")) || 0) + 1;
    await work.objectStore("keep").put(seq, "seq");
    const row = { state: 0, saved: Date.now(), said: "", ...item, seq };
    const body = JSON.stringify({ ...item.body, seq });
    row.body = body;
    await work.objectStore("items").add(row);
    await work.done;
    return row;
  }

  async function mark(uid, change) {
    const work = (await opened).transaction("items", "readwrite", { durability: "strict" });
    const row = await work.store.get(uid);
    if (row) await work.store.put({ ...row, ...change });
    await work.done;
  }

  // 已确认的照片，原件放三天再腾地方；没确认的永远不动。
  async function tidy() {
    const before = Date.now() - 3 * 86400000;
    for (const row of await all()) {
      if (row.state === 2 && row.confirmed < before && row.blob) await mark(row.uid, { blob: null });
    }
  }

  const all = async () => (await (await opened).getAll("items")).sort((a, b) => a.seq - b.seq);
  const ofVisit = async (visit) => (await (await opened).getAllFromIndex("items", "visit", visit)).sort((a, b) => a.seq - b.seq);
  const waiting = async () => (await all()).filter((row) => row.state !== 2);

  // 请浏览器不要清掉；空间不足、很久没传，用话说出来。
  async function warnings() {
    const said = [];
    const rows = await waiting();
    if (navigator.storage && navigator.storage.persist) {
      const kept = (await navigator.storage.persisted()) || (await navigator.storage.persist());
      if (!kept && rows.length) said.push("浏览器没有答应长期保存，请尽快联网上传，不要清理浏览器数据。");
    }
    if (navigator.storage && navigator.storage.estimate) {
      const { quota, usage } = await navigator.storage.estimate();
      if (quota && quota - usage < 300 * 1048576) {
        said.push(`手机给本页的空间只剩 ${Math.max(0, Math.floor((quota - usage) / 1048576))} MB，请尽快上传，或先导出。`);
      }
    }
    const oldest = rows[0];
    if (oldest && Date.now() - oldest.saved > 86400000) {
      said.push(`有 ${rows.length} 件存了超过一天还没有上传，请尽快联网。`);
    }
    return said;
  }

  globalThis.YJ = Object.assign(globalThis.YJ || {}, { db: { get, put, add, mark, all, ofVisit, waiting, tidy, warnings, deviceUid } });
})();
