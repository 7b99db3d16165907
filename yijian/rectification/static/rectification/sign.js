// 签名板：画在画布上，提交时把图放进隐藏栏；没有脚本时用“上传签名的照片”。
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-sign]").forEach((board) => {
    const canvas = board.querySelector("canvas");
    const form = board.closest("form");
    const pad = new window.SignaturePad(canvas, { penColor: "#10204a", minWidth: 1, maxWidth: 2.6 });
    const fit = () => {
      const ratio = Math.max(window.devicePixelRatio || 1, 1);
      const strokes = pad.toData();
      canvas.width = canvas.offsetWidth * ratio;
      canvas.height = canvas.offsetHeight * ratio;
      canvas.getContext("2d").scale(ratio, ratio);
      pad.clear();
      pad.fromData(strokes);
    };
    window.addEventListener("resize", fit);
    fit();
    board.hidden = false;
    fit();
    board.querySelector("[data-sign-clear]").addEventListener("click", () => pad.clear());
    form.addEventListener("submit", () => {
      form.elements.drawn.value = pad.isEmpty() ? "" : canvas.toDataURL("image/png");
    });
  });
});
