// 少量行为：自动提交的筛选、确认提示、全选、防重复提交、局部刷新出错时说明。页面没有它也能用。
const PAUSE = 4000;

document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.matches("[data-autosubmit]")) target.form.requestSubmit();
  if (target.matches("[data-select-all]")) {
    document.querySelectorAll(target.dataset.selectAll).forEach((box) => { box.checked = target.checked; });
  }
});

document.addEventListener("submit", (event) => {
  const words = event.target.dataset.confirm;
  if (words && !window.confirm(words)) { event.preventDefault(); return; }
  event.target.querySelectorAll("button:not([type=button], [name], [data-keep])").forEach((button) => {
    window.setTimeout(() => { button.disabled = true; }, 0);
    window.setTimeout(() => { button.disabled = false; }, PAUSE);
  });
});

document.addEventListener("click", (event) => {
  const demo = event.target.closest("[data-fill]");
  if (demo) fillLogin(demo.dataset);
  if (event.target.closest("[data-print]")) window.print();
});

document.addEventListener("htmx:responseError", (event) => {
  const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  const said = page.querySelector(".callout, .error");
  tell(said ? said.textContent.trim() : "这次没有办成，请刷新页面再试。");
});
document.addEventListener("htmx:sendError", () => tell("连不上服务器，请检查网络后再试。"));

function fillLogin(given) {
  const form = document.querySelector("form[action][method=post]");
  form.elements.login.value = given.fill;
  form.elements.password.value = given.fillPassword;
  form.querySelector("button").focus();
  window.scrollTo({ top: 0 });
}

function tell(words) {
  const list = document.createElement("ul");
  const item = document.createElement("li");
  list.className = "messages";
  list.setAttribute("role", "alert");
  item.className = "error";
  item.textContent = words;
  list.append(item);
  document.querySelectorAll(".main > .messages[role=alert]").forEach((old) => old.remove());
  document.querySelector(".main .head").after(list);
}
