// 最后一招：加密导出。口令经 PBKDF2 得钥，AES-GCM 加密；只有 https（或本机）才有 WebCrypto。
(() => {
  const MARK = new TextEncoder().encode("YJX1");
  const ROUNDS = 310000;

  async function keyOf(pass, salt) {
    const base = await crypto.subtle.importKey("raw", new TextEncoder().encode(pass), "PBKDF2", false, ["deriveKey"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations: ROUNDS };
    return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  const possible = () => Boolean(globalThis.crypto && crypto.subtle);

  // 打包：四字节长的说明（JSON），后面依次是各件的字节。
  async function pack(device, rows) {
    const blobs = [];
    const list = rows.map(({ uid, kind, visit, seq, body, sha256, blob }) => {
      const size = blob ? blob.size : 0;
      if (blob) blobs.push(blob);
      return { uid, kind, visit, seq, body, sha256, size, type: blob ? blob.type : "" };
    });
    const head = new TextEncoder().encode(JSON.stringify({ device, at: Date.now(), items: list }));
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, head.length);
    return new Uint8Array(await new Blob([length, head, ...blobs]).arrayBuffer());
  }

  async function seal(device, rows, pass) {
    const salt = crypto.getRandomValues(new Uint8Array(16));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = await keyOf(pass, salt);
    const closed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: MARK }, key, await pack(device, rows));
    return new Blob([MARK, salt, iv, closed], { type: "application/octet-stream" });
  }

  async function unseal(file, pass) {
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (bytes.length < 48 || MARK.some((x, n) => bytes[n] !== x)) throw new Error("这不是手机导出的文件。");
    const key = await keyOf(pass, bytes.subarray(4, 20));
    let plain;
    try {
      const how = { name: "AES-GCM", iv: bytes.subarray(20, 32), additionalData: MARK };
      plain = new Uint8Array(await crypto.subtle.decrypt(how, key, bytes.subarray(32)));
    } catch {
      throw new Error("解不开：口令不对，或文件被改动、没有传完。");
    }
    const length = new DataView(plain.buffer).getUint32(0);
    const head = JSON.parse(new TextDecoder().decode(plain.subarray(4, 4 + length)));
    let at = 4 + length;
    for (const row of head.items) {
      row.blob = row.size ? new Blob([plain.subarray(at, at + row.size)], { type: row.type }) : null;
      at += row.size;
    }
    return head;
  }

  globalThis.YJ = Object.assign(globalThis.YJ || {}, { seal, unseal, sealPossible: possible });
})();
