// 画页面的小工具：h("标签", {属性}, ...孩子)。只用 textContent，不拼 HTML。
(() => {
  function h(tag, given = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(given)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...children.flat().filter((c) => c !== null && c !== undefined && c !== false));
    return made;
  }

  function ask(title, fields, act) {
    const said = h("p", { class: "error", role: "alert" });
    const inputs = fields.map(({ name, label, ...rest }) => h("label", { class: "field" }, label,
      rest.rows ? h("textarea", { name, ...rest }) : h("input", { name, type: "text", ...rest })));
    const box = h("dialog", { class: "ask" }, h("form", {
      onsubmit: async (event) => {
        event.preventDefault();
        const given = Object.fromEntries(new FormData(event.target));
        try { await act(given); box.close(); box.remove(); } catch (error) { said.textContent = error.message; }
      },
    }, h("h2", {}, title), ...inputs, said, h("div", { class: "row end" },
      h("button", { type: "button", class: "btn", onclick: () => { box.close(); box.remove(); } }, "不了"),
      h("button", { class: "btn btn-primary" }, "确定"))));
    document.body.append(box);
    box.showModal();
  }

  const STATES = ["未上传", "上传中", "已确认", "服务器不收"];
  const COLOURS = ["amber", "blue", "green", "red"];
  const badge = (row) => h("span", { class: `tag ${COLOURS[row.state]}`, "data-state": row.state, title: row.said || "" }, STATES[row.state]);

  const two = (n) => String(n).padStart(2, "0");
  function when(ms) {
    const d = new Date(ms);
    return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${two(d.getHours())}:${two(d.getMinutes())}`;
  }

  globalThis.YJ = Object.assign(globalThis.YJ || {}, { h, ask, badge, when });
})();
