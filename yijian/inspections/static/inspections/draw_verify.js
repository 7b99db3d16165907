// 在访问者自己的电脑上重算一次公布的抽取；照《抽取规则（yijian-draw-1）》另写。
"use strict";
(function () {
  var sha = window.yijianSha256;

  function sure(condition, words) { if (!condition) throw new Error(words); }

  // ---- 规范写法 ----
  function plain(value) {
    if (value === null || typeof value === "boolean") return JSON.stringify(value);
    if (typeof value === "number") { sure(Number.isSafeInteger(value), "有小数或过大的数"); return String(value); }
    if (typeof value === "string") { encodeURIComponent(value); return JSON.stringify(value); }
    if (Array.isArray(value)) return "[" + value.map(plain).join(",") + "]";
    return "{" + Object.keys(value).sort().map(function (key) { return JSON.stringify(key) + ":" + plain(value[key]); }).join(",") + "}";
  }

  function same(a, b, words) { sure(a === b, words + "不一致"); }

  // ---- 种子 ----
  function variety(text) { return new Set(text).size; }

  function seedOf(digest, frozenAt, told) {
    if (told.method === "dice") {
      sure(/^[1-6]{50,}$/.test(told.faces), "骰子点数不足五十个或写错");
      sure(variety(told.faces) >= 4, "点数不像掷出来的");
      sure(typeof told.rolled_at === "string" && frozenAt <= told.rolled_at, "掷骰早于冻结");
      return sha.text("yijian-draw-1|dice|" + digest + "|" + told.faces);
    }
    sure(told.method === "commit" && told.parts.length >= 2, "不认识的种子来历");
    told.parts.forEach(function (part) {
      sure(/^[0-9a-f]{32,}$/.test(part.secret) && variety(part.secret) >= 8, "暗数不足 128 位");
      same(sha.text("yijian-draw-1|commit|" + digest + "|" + part.unit + "|" + part.secret), part.commitment, part.unit + "的承诺");
      sure(frozenAt <= part.committed_at, "承诺早于冻结");
      told.parts.forEach(function (other) { sure(part.committed_at <= other.revealed_at, "揭示早于承诺"); });
    });
    return sha.text(["yijian-draw-1", "reveal", digest].concat(told.parts.map(function (part) { return part.secret; })).join("|"));
  }

  // ---- 名单 ----
  function quota(stratum) {
    if (stratum.kind === "number") return stratum.value;
    sure(stratum.kind === "rate" && stratum.value <= 10000, "名额写法不认识");
    var product = stratum.pool * stratum.value;
    if (stratum.rounding === "up") return Math.floor((product + 9999) / 10000);
    if (stratum.rounding === "half_up") return Math.floor((2 * product + 10000) / 20000);
    sure(stratum.rounding === "down", "取整办法不认识");
    return Math.floor(product / 10000);
  }

  function maySit(person, slot) {
    return person.expert === slot.expert &&
      (!slot.functions.length || slot.functions.indexOf(person.function) >= 0) &&
      (!slot.expertise || person.expertise.indexOf(slot.expertise) >= 0);
  }

  function mustAvoid(person, home) {
    return home.avoid.indexOf(person.id) >= 0 || (person.street !== "" && person.street === home.street);
  }

  function sorted(rows, words) {
    sure(rows.length > 0, "没有" + words);
    rows.forEach(function (row, i) {
      sure(/^[ -~]+$/.test(row.id), words + "的编号写法不对");
      sure(!i || rows[i - 1].id < row.id, words + "的编号重复或没有排好");
    });
  }

  function strata(book) {
    var count = new Map(), total = 0;
    book.objects.forEach(function (home) { count.set(home.stratum, (count.get(home.stratum) || 0) + 1); });
    var known = new Set(book.strata.map(function (one) { return one.name; }));
    same(known.size, book.strata.length, "层名的个数");
    count.forEach(function (_, name) { sure(known.has(name), "“" + name + "”层没有名额"); });
    book.strata.forEach(function (one) {
      same(one.pool, count.get(one.name) || 0, "“" + one.name + "”层的家数");
      sure(Number.isInteger(one.value) && one.value >= 0 && quota(one) <= one.pool, "“" + one.name + "”层的名额不对");
      total += quota(one);
    });
    sure(total > 0, "没有要抽的");
  }

  function subset(a, b) { return Array.from(a).every(function (one) { return b.has(one); }); }

  // 每席可坐的人（序号）
  function crews(book) {
    return book.slots.map(function (slot) {
      var crew = new Set();
      book.inspectors.forEach(function (person, i) { if (maySit(person, slot)) crew.add(i); });
      return crew;
    });
  }

  function seats(book, teams) {
    sure(book.slots.filter(function (slot) { return slot.expert === false; }).length >= 2, "席位不足两个");
    return teams.map(function (crew, n) {
      sure(crew.size > 0, "有席位没有人可坐");
      var need = 0;
      teams.slice(0, n + 1).forEach(function (earlier) {
        var inside = subset(earlier, crew);
        need += inside ? 1 : 0;
        sure(inside || !Array.from(earlier).some(function (one) { return crew.has(one); }), "席位互相交叉");
      });
      return need;
    });
  }

  function sound(book, teams) {
    same(book.format, "yijian-draw-1", "规则版本");
    sorted(book.objects, "机构");
    sorted(book.inspectors, "检查人员");
    strata(book);
    sure(book.window.from <= book.window.to, "检查期限不对");
    book.inspectors.forEach(function (person) {
      sure(person.valid_from <= book.window.from && person.valid_to >= book.window.to, person.name + "的证件过期");
    });
    var needs = seats(book, teams), seen = new Set(), live = new Set();
    book.strata.forEach(function (one) { if (quota(one)) live.add(one.name); });
    book.objects.forEach(function (home) {
      var key = home.street + "\n" + home.avoid.join("\n");
      if (!live.has(home.stratum) || seen.has(key)) return;
      seen.add(key);
      teams.forEach(function (crew, n) {
        var left = 0;
        crew.forEach(function (i) { if (!mustAvoid(book.inspectors[i], home)) left++; });
        sure(left >= needs[n], home.name + "派不出人");
      });
    });
  }

  // ---- 抽取 ----
  function keyed(seed, letter) {
    var key = new Uint8Array(33), encoder = new TextEncoder();
    for (var i = 0; i < 32; i++) key[i] = parseInt(seed.substr(2 * i, 2), 16);
    key[32] = letter.charCodeAt(0);
    return function (text) {
      var rest = encoder.encode(text), bytes = new Uint8Array(33 + rest.length);
      bytes.set(key);
      bytes.set(rest, 33);
      return sha.hex(bytes);
    };
  }

  function byTicket(a, b) { return a.ticket < b.ticket ? -1 : 1; }

  function homesOf(book, seed) {
    var ticket = keyed(seed, "o"), layers = new Map(), chosen = [];
    book.strata.forEach(function (one) { layers.set(one.name, []); });
    book.objects.forEach(function (home) { layers.get(home.stratum).push({ home: home, ticket: ticket(home.id) }); });
    book.strata.forEach(function (one) { chosen = chosen.concat(layers.get(one.name).sort(byTicket).slice(0, quota(one))); });
    return chosen.sort(byTicket);
  }

  function draw(book, seed, teams) {
    var lot = keyed(seed, "i");
    var times = book.inspectors.map(function () { return 0; });
    var lots = book.inspectors.map(function (person) { return lot("0:" + person.id); });
    return homesOf(book, seed).map(function (one) {
      var team = [];
      teams.forEach(function (crew) {
        var best = -1;
        crew.forEach(function (i) {
          if (team.indexOf(i) >= 0 || mustAvoid(book.inspectors[i], one.home)) return;
          if (best < 0 || times[i] < times[best] || (times[i] === times[best] && lots[i] < lots[best])) best = i;
        });
        sure(best >= 0, one.home.name + "派不出人");
        team.push(best);
        times[best]++;
        lots[best] = lot(times[best] + ":" + book.inspectors[best].id);
      });
      return {
        id: one.home.id, name: one.home.name, stratum: one.home.stratum, ticket: one.ticket,
        team: team.map(function (i) { return { id: book.inspectors[i].id, name: book.inspectors[i].name }; })
      };
    });
  }

  // ---- 核对一个文件的字节；不对就报错，对就返回家数 ----
  function verify(bytes) {
    var text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    var file = JSON.parse(text), body = {};
    same(plain(file), text, "文件的写法与规范写法");
    same(file.format, "yijian-draw-file-1", "文件版本");
    Object.keys(file).forEach(function (key) { if (key !== "file_sha256") body[key] = file[key]; });
    same(sha.text(plain(body)), file.file_sha256, "整份文件的摘要");
    same(sha.text(file.frozen), file.frozen_sha256, "名单的摘要");
    same(sha.text(file.result), file.result_sha256, "结果的摘要");
    var book = JSON.parse(file.frozen);
    same(plain(book), file.frozen, "名单的写法与规范写法");
    var teams = crews(book);
    sound(book, teams);
    var seed = seedOf(file.frozen_sha256, book.frozen_at, file.seed);
    same(seed, file.seed.value, "种子");
    var drawn = draw(book, seed, teams);
    var told = { drawn: drawn, format: "yijian-draw-1", frozen_sha256: file.frozen_sha256, seed: seed };
    same(plain(told), file.result, "抽取结果");
    return { count: drawn.length, sha256: sha.hex(bytes) };
  }

  // ---- 页面 ----
  function say(box, ok, words) {
    box.className = "callout " + (ok ? "green" : "red");
    box.textContent = words;
    box.hidden = false;
  }

  function judge(box, bytes) {
    var began = performance.now(), found;
    try {
      found = verify(bytes);
    } catch (problem) {
      say(box, false, "不一致：" + problem.message);
      return;
    }
    var took = Math.max(1, Math.round(performance.now() - began));
    say(box, true, "一致：" + found.count + " 家，名单、种子、结果都对得上（本机用时 " + took + " 毫秒）。文件摘要 " + found.sha256);
  }

  document.addEventListener("DOMContentLoaded", function () {
    var panel = document.querySelector("[data-draw-verify]");
    if (!panel) return;
    var box = panel.querySelector("[data-verdict]");
    panel.querySelector("[data-recompute]").addEventListener("click", function () {
      fetch(panel.dataset.drawVerify, { cache: "no-store" }).then(function (response) {
        sure(response.ok, "取不到公布的文件");
        return response.arrayBuffer();
      }).then(function (buffer) { judge(box, new Uint8Array(buffer)); }, function (problem) { say(box, false, "没有核对：" + problem.message); });
    });
    panel.querySelector("[data-own-file]").addEventListener("change", function (event) {
      var chosen = event.target.files[0];
      if (!chosen) return;
      chosen.arrayBuffer().then(function (buffer) {
        judge(box, new Uint8Array(buffer));
        event.target.value = ""; // 同一个文件改过再选，也要重新核对
      });
    });
  });
})();
