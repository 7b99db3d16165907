// 一次检查：逐项作答、拍照、签名、上传台账。每按一下就存进手机的库，关掉页面也不丢。
(() => {
  const { h } = YJ;
  const VALUES = [["pass", "合格"], ["fail", "不合格"], ["na", "不适用"]];
  const WEIGHTS = { R: ["red", "底线"], K: ["amber", "重要"] };

  const needsPhoto = (item) => item.weight === "R" || item.photo_on_fail;

  function latest(rows) {
    const found = {};
    for (const row of rows.filter((one) => one.kind === "answer")) {
      const told = JSON.parse(row.body);
      found[told.check] = { ...told, row };
    }
    return found;
  }

  async function answer(visit, item, value, note, phrase) {
    await YJ.db.add({ uid: YJ.uid(), kind: "answer", visit: visit.uid, blob: null, sha256: "",
      body: { visit: visit.uid, check: item.id, value, note, phrase, at: Date.now() } });
  }

  async function snap(visit, item, file, me) {
    const sha256 = await YJ.sha256(file);
    const uid = YJ.uid();
    const at = Date.now();
    const where = await Promise.race([YJ.place(), new Promise((done) => { setTimeout(() => done(null), 4000); })]);
    await YJ.db.add({ uid, kind: "photo", visit: visit.uid, blob: file, sha256, shown: null,
      body: { visit: visit.uid, check: item.id, at, ...(where || {}) } });
    const lines = [`${YJ.when(at)} ${me ? me.name : ""}`, visit.facility.name, where ? `${where.lat.toFixed(5)}, ${where.lon.toFixed(5)}` : "没有定位"];
    try { await YJ.db.mark(uid, { shown: await YJ.stamp(file, lines) }); } catch { /* 画不出副本不要紧，原件已存 */ }
  }

  function photos(rows, item) {
    return rows.filter((row) => row.kind === "photo" && JSON.parse(row.body).check === item.id);
  }

  function itemRow(visit, item, rows, answers, me, refresh) {
    const now = answers[item.id];
    const value = now ? now.value : "";
    const note = h("textarea", { rows: 2, maxlength: 500, placeholder: "说明", "aria-label": `${item.id} 说明` });
    note.value = now ? now.note || "" : "";
    const phrase = now ? now.phrase || "" : "";
    const save = async (v, p) => { await answer(visit, item, v, note.value.trim(), p); await refresh(); };
    note.addEventListener("change", () => { if (value) save(value, phrase); });
    const buttons = VALUES.map(([word, label]) => h("button", {
      type: "button", class: `big p-${word}${value === word ? " on" : ""}`, "data-value": word, "aria-pressed": String(value === word),
      onclick: () => save(word, word === "fail" ? phrase : ""),
    }, label));
    const shots = photos(rows, item);
    const input = h("input", { type: "file", accept: "image/jpeg,image/png", capture: "environment", class: "vh", "aria-label": `${item.id} 拍照`,
      onchange: async (event) => {
        const { files } = event.target;
        const tooBig = [...files].find((f) => f.size > 25 * 1048576);
        if (tooBig) { YJ.tell(`这张照片有 ${Math.round(tooBig.size / 1048576)} MB，最多 25 MB。请在相机设置里调低分辨率重拍。`); return; }
        for (const file of files) await snap(visit, item, file, me);
        await refresh();
      } });
    const wanted = value === "fail" && needsPhoto(item) && !shots.length;
    const more = value === "fail" || shots.length || (now && now.note);
    const [colour, word] = WEIGHTS[item.weight] || [];
    return h("li", { class: `item${wanted ? " wanted" : ""}`, "data-check": item.id },
      h("p", {}, h("b", {}, `${item.id} `), item.text, colour ? h("span", { class: `tag ${colour}` }, word) : null, item.mark === "M" ? h("span", { class: "tag amber" }, "待核") : null),
      h("small", { class: "muted" }, item.basis),
      h("div", { class: "bigs" }, buttons),
      more ? h("div", { class: "more" },
        value === "fail" ? h("div", { class: "phrases" }, (item.phrases || []).map((p) => h("button", { type: "button", class: `chip${p === phrase ? " on" : ""}`, onclick: () => save("fail", p === phrase ? "" : p) }, p))) : null,
        note) : null,
      h("div", { class: "row" }, h("label", { class: "btn btn-small" }, input, shots.length ? `再拍（已有 ${shots.length} 张）` : "拍照"),
        wanted ? h("span", { class: "error" }, "不合格须拍照") : null),
      shots.length ? h("div", { class: "shots" }, shots.map(shot)) : null);
  }

  function shot(row) {
    const image = row.shown || row.blob;
    return h("figure", {}, image ? h("img", { src: URL.createObjectURL(image), alt: "现场照片" }) : h("span", { class: "muted" }, "原件已上传"),
      h("figcaption", {}, YJ.badge(row), h("small", { class: "mono", title: row.sha256 }, row.sha256.slice(0, 8))));
  }

  function file(visit) {
    const f = visit.facility;
    const pairs = [["地址", f.address], ["电话", f.phone], ["负责人", f.director], ["法定代表人", f.legal_person], ["床位", f.beds], ["在住", f.residents], ["工作人员", f.staff], ["风险等级", f.risk],
      ...f.licences.map((l) => [l.kind, `${l.number} ${l.to ? `至 ${l.to}` : ""}`])].filter(([, v]) => v);
    return h("details", { class: "card" }, h("summary", {}, "机构档案"), h("dl", { class: "kv" }, pairs.map(([k, v]) => [h("dt", {}, k), h("dd", {}, String(v))])));
  }

  function last(visit) {
    if (!visit.last) return h("details", { class: "card" }, h("summary", {}, "上次检查"), h("p", { class: "muted" }, "没有查到上次检查。"));
    return h("details", { class: "card" }, h("summary", {}, `上次检查（${visit.last.on}，不合格 ${visit.last.failed.length} 项）`),
      h("ul", {}, visit.last.failed.map((f) => h("li", {}, h("b", {}, `${f.check} `), f.text, f.note ? h("small", { class: "muted" }, ` ${f.note}`) : null))));
  }

  function ledger(rows) {
    const counts = [0, 1, 2, 3].map((state) => rows.filter((row) => row.state === state).length);
    const kinds = { answer: "答案", photo: "照片", signature: "签名" };
    const list = rows.filter((row) => row.kind !== "answer" || row.state !== 2);
    return h("details", { class: "card", id: "ledger", open: counts[3] > 0 }, h("summary", {}, `上传台账：未上传 ${counts[0]}，上传中 ${counts[1]}，已确认 ${counts[2]}${counts[3] ? `，服务器不收 ${counts[3]}` : ""}`),
      h("ul", { class: "uploads" }, list.map((row) => h("li", {}, h("span", {}, kinds[row.kind], " ", JSON.parse(row.body).check || "", h("small", { class: "muted" }, ` ${YJ.when(row.saved)}`), row.said ? h("small", { class: "error" }, row.said) : null), YJ.badge(row)))));
  }

  async function page(uid, refresh) {
    const bundle = (await YJ.db.get("bundle")) || { visits: [], checklists: [] };
    const visit = bundle.visits.find((v) => v.uid === uid);
    if (!visit) return h("p", { class: "empty" }, "手机里没有这个任务，请联网回首页更新。");
    const rows = await YJ.db.ofVisit(uid);
    const answers = latest(rows);
    const parts = [];
    let asked = 0;
    for (const id of visit.checklists) {
      const list = bundle.checklists.find((c) => c.id === id);
      if (!list) continue;
      const sections = new Map();
      for (const item of list.items) sections.set(item.section, [...(sections.get(item.section) || []), item]);
      for (const [section, items] of sections) {
        asked += items.length;
        const done = items.filter((i) => answers[i.id]).length;
        parts.push(h("section", { class: "card flush" }, h("div", { class: "card-head" }, h("h2", {}, section), h("span", { class: "count" }, `${done}/${items.length}`)),
          h("ul", { class: "items" }, items.map((item) => itemRow(visit, item, rows, answers, bundle.me, refresh)))));
      }
    }
    const done = Object.keys(answers).length;
    return h("div", {}, h("h1", {}, visit.facility.name), h("p", { class: "muted" }, `${visit.kind} · ${visit.lead} · ${visit.basis}`),
      h("p", { class: "progress" }, `已答 ${done} / ${asked} 项`), file(visit), last(visit), parts, YJ.signCard(visit, rows, refresh), ledger(rows));
  }

  globalThis.YJ = Object.assign(globalThis.YJ || {}, { visitPage: page });
})();
