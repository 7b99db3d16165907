// 显示用的副本：在画布上画时间、地点、检查人；原件的 Blob 一个字节不动。
(() => {
  const SIDE = 1024;

  async function stamp(blob, lines) {
    const picture = await createImageBitmap(blob);
    const rate = Math.min(1, SIDE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(320, Math.round(picture.width * rate));
    canvas.height = Math.round(canvas.width * picture.height / picture.width);
    const pen = canvas.getContext("2d");
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const size = Math.max(14, Math.round(canvas.width / 36));
    const height = lines.length * size * 1.5 + size;
    pen.fillStyle = "rgba(0,0,0,.55)";
    pen.fillRect(0, canvas.height - height, canvas.width, height);
    pen.fillStyle = "#fff";
    pen.font = `${size}px sans-serif`;
    lines.forEach((line, n) => pen.fillText(line, size / 2, canvas.height - height + size * 1.5 * (n + 1)));
    return new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.8); });
  }

  // 定位：最多等八秒，不给就不写。
  function place() {
    return new Promise((done) => {
      if (!navigator.geolocation || !window.isSecureContext) { done(null); return; }
      const stop = setTimeout(() => done(null), 8000);
      const options = { enableHighAccuracy: true, timeout: 8000, maximumAge: 60000 };
      navigator.geolocation.getCurrentPosition(
        (at) => { clearTimeout(stop); done({ lon: at.coords.longitude, lat: at.coords.latitude }); },
        () => { clearTimeout(stop); done(null); },
        options,
      );
    });
  }

  globalThis.YJ = Object.assign(globalThis.YJ || {}, { stamp, place });
})();
