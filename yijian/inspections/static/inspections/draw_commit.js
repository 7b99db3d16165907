// 产生暗数与承诺：都在本机算，暗数在揭示之前不离开这台电脑。
"use strict";
document.addEventListener("DOMContentLoaded", function () {
  var panel = document.querySelector("[data-draw-commit]");
  if (!panel) return;
  var secret = panel.querySelector("[data-secret]"), sealed = document.querySelector("[name=commitment]");
  function seal() {
    var text = secret.value.trim().toLowerCase();
    sealed.value = /^[0-9a-f]{32,128}$/.test(text)
      ? window.yijianSha256.text(["yijian-draw-1", "commit", panel.dataset.frozen, panel.dataset.unit, text].join("|"))
      : "";
  }
  panel.querySelector("[data-make]").addEventListener("click", function () {
    var bytes = crypto.getRandomValues(new Uint8Array(16));
    secret.value = Array.from(bytes, function (one) { return ("0" + one.toString(16)).slice(-2); }).join("");
    seal();
  });
  secret.addEventListener("input", seal);
});
