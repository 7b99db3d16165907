// 首页与走动：我的任务、上传、导出；网络一通就自动传。
(() => {
  const { h } = YJ;
  const app = document.getElementById("app");
  const warn = document.getElementById("warn");
  const net = document.getElementById("net");
  let drawing = Promise.resolve();

  YJ.tell = (words) => {
    const box = h("div", { class: "callout red", role: "alert" }, words, " ", h("button", { class: "btn-text", type: "button", onclick: () => box.remove() }, "知道了"));
    warn.append(box);
  };

  async function home() {
    const bundle = (await YJ.db.get("bundle")) || { visits: [], me: null };
    const rows = await YJ.db.all();
    const left = rows.filter((row) => row.state !== 2);
    const visits = bundle.visits.map((visit) => {
      const own = rows.filter((row) => row.visit === visit.uid);
      const waiting = own.filter((row) => row.state !== 2).length;
      return h("li", {}, h("a", { class: "task", href: `#/visit/${visit.uid}` }, h("b", {}, visit.facility.name),
        h("small", {}, `${visit.kind} · ${visit.from} 至 ${visit.to}`),
        h("span", { class: "row" }, waiting ? h("span", { class: "tag amber" }, `${waiting} 件未上传`) : own.length ? h("span", { class: "tag green" }, "都已确认") : h("span", { class: "tag blue" }, "未开始"))));
    });
    return h("div", {},
      h("h1", {}, bundle.me ? `${bundle.me.name}的任务` : "我的任务"),
      bundle.at ? h("p", { class: "muted" }, `${YJ.when(bundle.at)} 下载，断网也能用。`) : h("p", { class: "callout" }, "联网后会自动下载任务、检查表和机构档案。"),
      bundle.at && !bundle.me ? h("p", { class: "callout amber" }, "您还不在执法检查人员名录库里，请联系本单位管理人员登记。") : null,
      visits.length ? h("ul", { class: "tasks" }, visits) : h("p", { class: "empty" }, "没有派给您的检查任务。"),
      h("div", { class: "row actions-row" },
        h("button", { class: "btn btn-primary", type: "button", id: "push", onclick: () => push(true) }, left.length ? `上传（${left.length} 件）` : "更新任务"),
        h("button", { class: "btn", type: "button", id: "export", onclick: exportAll }, "导出")));
  }

  async function draw() {
    const found = location.hash.match(/^#\/visit\/([\w-]+)$/);
    const view = found ? await YJ.visitPage(found[1], refresh) : await home();
    const at = window.scrollY;
    const open = [...app.querySelectorAll("details[open]")].map((d) => d.querySelector("summary").textContent.slice(0, 4));
    app.querySelectorAll("img").forEach((image) => URL.revokeObjectURL(image.src));
    app.replaceChildren(view);
    app.querySelectorAll("details").forEach((d) => { if (open.includes(d.querySelector("summary").textContent.slice(0, 4))) d.open = true; });
    window.scrollTo(0, at);
    app.dataset.drawn = String(Number(app.dataset.drawn || 0) + 1);
  }

  function refresh() {
    drawing = drawing.then(draw, draw);
    return drawing;
  }

  async function push(loud) {
    net.textContent = "正在上传……";
    try {
      await YJ.sync.run(refresh);
      online();
    } catch (error) {
      online();
      if (loud || navigator.onLine) { warn.replaceChildren(); YJ.tell(error.message); }
    }
    await refresh();
    await warnings();
  }

  async function warnings() {
    const said = await YJ.db.warnings();
    warn.querySelectorAll(".callout.amber").forEach((old) => old.remove());
    said.forEach((words) => warn.append(h("div", { class: "callout amber" }, words)));
  }

  async function exportAll() {
    const rows = await YJ.db.all();
    const left = rows.filter((row) => row.state !== 2);
    if (!left.length) { YJ.tell("没有要导出的：都已上传并确认。"); return; }
    if (!YJ.sealPossible()) { YJ.tell("这个网址不是 https，浏览器不提供加密，不能导出。请改用 https 网址打开，或等有网络时上传；数据都在，不会丢。"); return; }
    YJ.ask("导出没上传的数据（加密）", [
      { name: "pass", label: "设一个口令（至少 8 位，导入时要用）", type: "password", minlength: 8, required: true, autocomplete: "new-password" },
    ], async ({ pass }) => {
      const file = await YJ.seal(await YJ.db.deviceUid(), left, pass);
      const link = h("a", { href: URL.createObjectURL(file), download: `现场检查-${YJ.when(Date.now()).replace(/\D/g, "")}.yjx` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      YJ.tell(`已导出 ${left.length} 件。手机里的没有删，以后联网仍会上传，不会重复。`);
    });
  }

  function online() {
    net.textContent = navigator.onLine ? "有网络" : "没有网络，照常检查";
    net.dataset.on = navigator.onLine ? "1" : "0";
  }

  window.addEventListener("hashchange", () => { window.scrollTo(0, 0); refresh(); });
  window.addEventListener("online", () => push(false));
  window.addEventListener("offline", online);

  (async () => {
    online();
    if ("serviceWorker" in navigator) {
      try {
        await navigator.serviceWorker.register("/inspections/field/sw.js", { scope: "/inspections/field/" });
        await navigator.serviceWorker.ready;
        document.body.dataset.offline = "1";
      } catch { YJ.tell("离线功能没有装上，断网后将打不开本页。请联网刷新再试。"); }
    } else {
      YJ.tell("这个网址不是 https，断网后打不开本页。请按“安装证书”的说明改用 https。");
    }
    await refresh();
    if (navigator.onLine) await push(false); else await warnings();
    document.body.dataset.ready = "1";
    setInterval(async () => { if (navigator.onLine && (await YJ.db.waiting()).some((row) => row.state < 2)) push(false); }, 60000);
  })();
})();
