// SHA-256（FIPS 180-4），纯 JavaScript：内网多用 http，浏览器不给 crypto.subtle。
"use strict";
(function () {
  var K = new Uint32Array(64), START = new Uint32Array(8);
  (function constants() {
    var found = 0, n = 2;
    function fraction(x) { return ((x - Math.floor(x)) * 4294967296) >>> 0; }
    while (found < 64) {
      var prime = true;
      for (var d = 2; d * d <= n; d++) if (n % d === 0) { prime = false; break; }
      if (prime) {
        if (found < 8) START[found] = fraction(Math.sqrt(n));
        K[found] = fraction(Math.cbrt(n));
        found++;
      }
      n++;
    }
  })();

  var W = new Uint32Array(64);

  function block(h, bytes, at) {
    var i, a = h[0], b = h[1], c = h[2], d = h[3], e = h[4], f = h[5], g = h[6], x = h[7];
    for (i = 0; i < 16; i++, at += 4) W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    for (i = 16; i < 64; i++) {
      var p = W[i - 15], q = W[i - 2];
      var s0 = ((p >>> 7) | (p << 25)) ^ ((p >>> 18) | (p << 14)) ^ (p >>> 3);
      var s1 = ((q >>> 17) | (q << 15)) ^ ((q >>> 19) | (q << 13)) ^ (q >>> 10);
      W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
    }
    for (i = 0; i < 64; i++) {
      var t1 = (x + (((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))) + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
      var t2 = ((((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      x = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    h[0] += a; h[1] += b; h[2] += c; h[3] += d; h[4] += e; h[5] += f; h[6] += g; h[7] += x;
  }

  // 字节 → 小写十六进制
  function hex(bytes) {
    var h = new Uint32Array(START), length = bytes.length, at = 0;
    for (; at + 64 <= length; at += 64) block(h, bytes, at);
    var rest = length - at, tail = new Uint8Array(rest < 56 ? 64 : 128);
    tail.set(bytes.subarray(at));
    tail[rest] = 128;
    var view = new DataView(tail.buffer);
    view.setUint32(tail.length - 8, Math.floor(length / 536870912));
    view.setUint32(tail.length - 4, (length * 8) >>> 0);
    for (at = 0; at < tail.length; at += 64) block(h, tail, at);
    var out = "";
    for (var i = 0; i < 8; i++) out += ("0000000" + h[i].toString(16)).slice(-8);
    return out;
  }

  var encoder = new TextEncoder();
  window.yijianSha256 = { hex: hex, text: function (text) { return hex(encoder.encode(text)); } };
})();
