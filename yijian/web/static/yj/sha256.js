/* 文书核验：在浏览器里算文件的 SHA-256（FIPS 180-4），与页上的摘要比对；文件不上传。不依赖安全上下文，http 下也能用。 */
(function () {
  "use strict";
  const K = new Uint32Array(64), START = new Uint32Array(8);
  (function constants() {
    // 前 64 个素数立方根、前 8 个素数平方根的小数部分
    for (let n = 2, found = 0; found < 64; n++) {
      let prime = true;
      for (let d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
      if (!prime) continue;
      if (found < 8) START[found] = Math.floor((Math.sqrt(n) % 1) * 4294967296);
      K[found++] = Math.floor((Math.cbrt(n) % 1) * 4294967296);
    }
  })();
  const turn = (x, n) => (x >>> n) | (x << (32 - n));

  function block(state, view, at, w) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(at + i * 4);
    for (let i = 16; i < 64; i++) {
      const a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((x, i) => { state[i] += x; });
  }

  function sha256(buffer) {
    const size = buffer.byteLength, state = START.slice(), w = new Uint32Array(64);
    const whole = size - (size % 64), view = new DataView(buffer);
    for (let at = 0; at < whole; at += 64) block(state, view, at, w);
    const rest = new Uint8Array(size - whole < 56 ? 64 : 128);
    rest.set(new Uint8Array(buffer, whole));
    rest[size - whole] = 0x80;
    const end = new DataView(rest.buffer);
    end.setUint32(rest.length - 8, Math.floor(size / 536870912));
    end.setUint32(rest.length - 4, (size << 3) >>> 0);
    for (let at = 0; at < rest.length; at += 64) block(state, end, at, w);
    return Array.from(state, (x) => x.toString(16).padStart(8, "0")).join("");
  }

  const input = document.querySelector("[data-check-file]");
  const said = document.querySelector("[data-check-said]");
  if (!input || !said) return;
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    said.textContent = "正在核对……";
    try {
      const digest = sha256(await file.arrayBuffer());
      const same = Array.from(document.querySelectorAll("[data-sha256]")).find((x) => x.textContent.trim() === digest);
      said.textContent = same ? `一致：就是制发时的 ${same.dataset.sha256}。` : `不一致：不是制发时的文件，内容可能改动过（摘要 ${digest}）。`;
    } catch (error) {
      said.textContent = "文件读不出来，请重新选择。";
    }
  });
})();
