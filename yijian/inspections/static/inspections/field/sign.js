// 签名：检查人员各签各的；机构签名，或记明拒签的情况和见证人。
(() => {
  const { h } = YJ;

  function pad(title, act) {
    const canvas = h("canvas", { class: "pad", "aria-label": title });
    const said = h("p", { class: "error", role: "alert" });
    const name = title.startsWith("机构") ? h("input", { type: "text", maxlength: 40, placeholder: "签名人姓名", "aria-label": "签名人姓名" }) : null;
    const box = h("dialog", { class: "ask wide" }, h("h2", {}, title), name, canvas, said, h("div", { class: "row end" },
      h("button", { class: "btn", type: "button", onclick: () => drawn.clear() }, "重签"),
      h("button", { class: "btn", type: "button", onclick: close }, "不了"),
      h("button", { class: "btn btn-primary", type: "button", onclick: done }, "签好了")));
    document.body.append(box);
    box.showModal();
    const rate = Math.max(window.devicePixelRatio || 1, 1);
    canvas.width = canvas.offsetWidth * rate;
    canvas.height = canvas.offsetHeight * rate;
    canvas.getContext("2d").scale(rate, rate);
    const drawn = new SignaturePad(canvas, { penColor: "#0b2447" });

    function close() { drawn.off(); box.close(); box.remove(); }

    async function done() {
      if (drawn.isEmpty()) { said.textContent = "还没有签。"; return; }
      if (name && !name.value.trim()) { said.textContent = "请写签名人姓名。"; return; }
      const blob = await new Promise((made) => { canvas.toBlob(made, "image/png"); });
      try { await act(blob, name ? name.value.trim() : ""); close(); } catch (error) { said.textContent = error.message; }
    }
  }

  // 存一个签名；body 里写谁签的。
  async function keep(visit, body, blob) {
    const sha256 = blob ? await YJ.sha256(blob) : "";
    await YJ.db.add({ uid: YJ.uid(), kind: "signature", visit: visit.uid, blob, sha256, body: { visit: visit.uid, at: Date.now(), ...body } });
  }

  function card(visit, rows, refresh) {
    const signed = rows.filter((row) => row.kind === "signature").map((row) => ({ ...row, told: JSON.parse(row.body) }));
    const people = visit.inspectors.map((person) => {
      const mine = signed.find((row) => row.told.inspector === person.id);
      const act = () => pad(`${person.name} 签名`, async (blob) => {
        await keep(visit, { role: "inspector", inspector: person.id }, blob);
        refresh();
      });
      return h("li", { class: "signer" }, h("span", {}, person.name, h("small", { class: "muted" }, ` ${person.certificate}`)),
        mine ? picture(mine) : h("button", { class: "btn", type: "button", "data-sign": person.id, onclick: act }, "签名"));
    });
    const home = signed.find((row) => row.told.role === "facility");
    const refused = () => YJ.ask("机构拒签", [
      { name: "reason", label: "拒签情况", rows: 3, required: true, maxlength: 300 },
      { name: "witness", label: "见证人（姓名、单位）", required: true, maxlength: 60 },
    ], async ({ reason, witness }) => {
      await keep(visit, { role: "facility", refused: true, reason, witness }, null);
      refresh();
    });
    const sign = () => pad("机构负责人签名", async (blob, signer) => { await keep(visit, { role: "facility", signer }, blob); refresh(); });
    return h("section", { class: "card" }, h("h2", {}, "签名"), h("p", { class: "hint" }, "至少两名检查人员；机构签名，或记明拒签。"),
      h("ul", { class: "signers" }, people, h("li", { class: "signer" }, h("span", {}, "被检查机构"),
        home ? (home.told.refused ? h("span", {}, h("b", { class: "tag red" }, "拒签"), ` ${home.told.reason}；见证人 ${home.told.witness} `, YJ.badge(home)) : picture(home))
          : h("span", { class: "row" }, h("button", { class: "btn", type: "button", "data-sign": "facility", onclick: sign }, "签名"),
            h("button", { class: "btn btn-danger", type: "button", "data-refuse": true, onclick: refused }, "拒签")))));
  }

  function picture(row) {
    const image = row.blob ? h("img", { src: URL.createObjectURL(row.blob), alt: "签名", class: "inked" }) : null;
    return h("span", { class: "row" }, image, YJ.badge(row));
  }

  globalThis.YJ = Object.assign(globalThis.YJ || {}, { signCard: card });
})();
