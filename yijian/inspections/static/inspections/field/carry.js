// 办公端：解开手机导出的文件，代为上传；已经传过的服务器会认出来。
(() => {
  const form = document.getElementById("carry");
  const said = document.getElementById("carry-said");
  const token = () => (document.cookie.match(/(?:^|; )csrftoken=([^;]*)/) || [])[1] || "";

  async function send(path, body, device) {
    const response = await fetch(`/inspections/api/${path}`, { method: "POST", body, redirect: "manual", headers: { "X-CSRFToken": token(), "X-Yijian-Carried": device } });
    if (response.type === "opaqueredirect") throw new Error("登录已过期，请重新登录。");
    const data = await response.json().catch(() => ({}));
    if (![200, 409, 422].includes(response.status)) throw new Error(data.message || `没有办成（${response.status}）。`);
    return data.items ? data.items[0] : data;
  }

  async function carry(head) {
    const counts = { accepted: 0, again: 0, conflict: 0, refused: 0 };
    const why = [];
    for (const row of head.items) {
      const digest = await YJ.sha256(row.body);
      let receipt;
      if (row.kind === "answer") {
        receipt = await send("answers/", JSON.stringify({ items: [{ uid: row.uid, sha256: digest, body: row.body }] }), head.device);
      } else {
        const data = new FormData();
        data.append("uid", row.uid);
        data.append("body", row.body);
        data.append("sha256", digest);
        if (row.blob) { data.append("image_sha256", row.sha256); data.append("image", row.blob, `${row.uid}.${row.type === "image/png" ? "png" : "jpg"}`); }
        receipt = await send(row.kind === "photo" ? "photos/" : "signatures/", data, head.device);
      }
      const state = receipt.state || "refused";
      counts[state] += 1;
      if (state === "refused") why.push(receipt.message || "服务器没有收下。");
      said.textContent = `已处理 ${Object.values(counts).reduce((a, b) => a + b)} / ${head.items.length}`;
    }
    return `共 ${head.items.length} 件：收下 ${counts.accepted}，早已收下 ${counts.again}，同号不同内容 ${counts.conflict}，没收 ${counts.refused}。${[...new Set(why)].join("")}`;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = document.getElementById("c-file").files[0];
    const pass = document.getElementById("c-pass").value;
    if (!window.isSecureContext) { said.textContent = "这个网址不是 https，浏览器不提供解密。请改用 https 网址打开本页。"; return; }
    said.textContent = "正在解开……";
    try { said.textContent = await carry(await YJ.unseal(file, pass)); } catch (error) { said.textContent = error.message; }
  });
})();
