// The page 自查 (check yourself): what a firm types, what is computed, and what is shown.
//
// Nothing is sent anywhere. The page reads the files that lie beside it, computes everything anew from the sealed
// tables and the record of chance, and compares the result with what was published.

import {
  byBytes, bytesOf, climb, hex, isWithin, ivOf, leafHash, proofOf, rootOf, sha256Fast, smallestOf,
} from "./dr1.mjs";
import {
  chanceOf, classOf, Difference, draw, frames, isEligible, leavesOf, limitsOf, load, missedScope, readCsv, scopeOf,
  verify,
} from "./draw.mjs";

// ---- Files ----

const site = JSON.parse(document.getElementById("site")?.textContent ?? "null");
const isOnDisk = location.protocol === "file:";
const arrived = new Map();
const chosen = new Map();

// Opened from a disk, a page may load scripts but no other files; each file stands in data/ as a script as well, which
// calls this function with the path and the text, or with `hex:` and digits where the file is no text.
globalThis.fairdrawFile = (path, text) => {
  arrived.set(path, text.startsWith("hex:") ? hexBytes(text.slice(4)) : bytesOf(text));
};

function hexBytes(digits) {
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

// Reads one file of the bundle: from a folder that the visitor chose, or from beside the page.
async function readFile(path) {
  if (chosen.size > 0) {
    const file = chosen.get(path);
    return file ? new Uint8Array(await file.arrayBuffer()) : null;
  }
  if (arrived.has(path)) return arrived.get(path);
  if (isOnDisk) {
    await new Promise((done) => {
      const script = document.createElement("script");
      script.src = `data/${path}.js`;
      script.onload = script.onerror = done;
      document.head.append(script);
    });
    return arrived.get(path) ?? null;
  }
  const answer = await fetch(`bundle/${path}`);
  if (!answer.ok) return null;
  arrived.set(path, new Uint8Array(await answer.arrayBuffer()));
  return arrived.get(path);
}

// ---- Showing ----

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Chinese first, English beside.
function both(chinese, english) {
  const parts = document.createDocumentFragment();
  parts.append(chinese, " ", element("span", { lang: "en" }, english));
  return parts;
}

function code(text) {
  return element("code", {}, text);
}

function row(chinese, english, ...value) {
  return element("tr", {}, element("th", { scope: "row" }, both(chinese, english)), element("td", {}, ...value));
}

function step(number, chinese, english, ...children) {
  return element("section", { class: "step" }, element("h3", {}, `${number} `, both(chinese, english)), ...children);
}

function table(...rows) {
  return element("div", { class: "wide", tabindex: "0" }, element("table", {}, element("tbody", {}, ...rows)));
}

function verdict(kind, chinese, english) {
  return element("p", { class: `verdict ${kind}`, "data-verdict": kind }, both(chinese, english));
}

const OUTCOMES = {
  drawn: ["抽中", "drawn"],
  reserve: ["备选", "in reserve"],
  "not-drawn": ["未抽中", "not drawn"],
};

const REASONS = {
  deregistered: ["已注销", "deregistered"],
  revoked: ["已吊销或撤销", "revoked"],
  moved: ["已迁出", "moved away"],
  duplicate: ["重复登记", "a second entry of another entity"],
  "out-of-scope": ["不在本期任何任务的范围内", "in the scope of no task of this period"],
  "class-without-rate": ["该信用风险分类没有抽查比例", "the plan has no rate for its class"],
  "visit-cap": ["本年度检查次数已达上限", "visited as often this year as the rules allow"],
  "item-cap": ["本年度该事项检查次数已达上限", "checked under this item as often this year as it allows"],
};

// Shows how far the work is, and lets the page breathe.
function progressOn(bar, words) {
  let last = 0;
  return async (part, what) => {
    bar.value = part;
    words.textContent = what;
    if (performance.now() - last < 40) return;
    await new Promise((go) => setTimeout(go, 0));
    last = performance.now();
  };
}

// ---- Check yourself ----

const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";

// Tells what is wrong with the form of a code, or null. Only the check digit of a unified social credit code
// (GB 32100) can be tested; other kinds of codes have no form of their own.
function faultOf(id) {
  if (id === "") return ["请输入代码", "type a code"];
  if (/[;,/"]/.test(id) || [...id].length > 64) return ["代码里有不可能的字符，或太长", "the code has impossible characters or is too long"];
  if (!/^[0-9A-Z]{18}$/.test(id)) return null;
  let sum = 0;
  let weight = 1;
  for (const character of id.slice(0, 17)) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return [`代码里不会有字母 ${character}`, `no code holds the letter ${character}`];
    sum += value * weight;
    weight = (weight * 3) % 31;
  }
  const digit = ALPHABET[(31 - (sum % 31)) % 31];
  return digit === id[17] ? null : [`校验码不符，请核对输入（应为 ${digit}）`, `the check digit is wrong, look for a typing error (it would be ${digit})`];
}

function canonical(typed) {
  return typed.normalize("NFKC").toUpperCase().replace(/[\s\-‐‑‒–—]/gu, "");
}

let prepared = null;

// Computes all frames and the whole draw once, and compares the tables with the commitment.
async function prepare(report) {
  const inputs = await load(readFile, (part, what) => report(part, what));
  const made = await frames(inputs, (part, what) => report(0.3 + 0.4 * part, what));
  await draw(inputs, made.strata, (part, what) => report(0.7 + 0.25 * part, what));
  const commit = new TextDecoder().decode(await readFile("commit.txt")).split("\n");
  const committed = new Map(commit.filter((line) => line.startsWith("input ")).map((line) => line.split(" ").slice(1)));
  for (const name of ["entities.csv", "tasks.csv", "items.csv", "history.csv", "plan.toml"]) {
    const found = hex(await sha256Fast(await readFile(`inputs/${name}`)));
    if (committed.get(name) !== found) {
      throw new Difference(`inputs/${name}`, 0, "is not the committed table", committed.get(name), found);
    }
  }
  const published = readCsv("strata.csv", new TextDecoder().decode(await readFile("strata.csv"))).slice(1);
  const excluded = readCsv("excluded.csv", new TextDecoder().decode(await readFile("excluded.csv"))).slice(1);
  await report(1, "");
  const roots = new Map();
  for (const line of commit.filter((text) => text.startsWith("stratum "))) {
    const [, task, name, , , , , root] = line.split(" ");
    roots.set(`${task} ${name}`, root);
  }
  const cutoffs = new Map(published.map((fields) => [`${fields[0]} ${fields[1]}`, fields[7]]));
  return { inputs, made, committed, roots, cutoffs, excluded };
}

async function checkYourself(typed, output, report) {
  const id = canonical(typed);
  const fault = faultOf(id);
  if (id === "") {
    output.append(verdict("malformed", ...fault));
    return;
  }
  prepared ??= await prepare(report);
  const { inputs, committed, excluded } = prepared;
  const at = inputs.rowOf.get(id);
  if (at === undefined) {
    if (fault) output.append(verdict("malformed", `代码格式有误：${fault[0]}`, `The code is malformed: ${fault[1]}.`));
    else output.append(verdict("unknown", `封存的名录库里没有代码 ${id}`, `The sealed registry has no code ${id}.`));
    output.append(absence(id, inputs, committed));
    return;
  }
  const entity = inputs.entities[at];
  const iv = ivOf(id);
  const rows = excluded.filter((fields) => fields[0] === id);
  const steps = [identity(entity, id, iv)];
  const outcomes = [];
  if (!isEligible(entity)) {
    steps.push(step(2, "是否可抽", "Can it be drawn", reasonLine("*", entity.status, "")));
  } else {
    let missed = 0;
    for (const task of inputs.tasks) {
      const scope = missedScope(scopeOf(task), entity);
      if (scope !== null) {
        missed++;
        continue;
      }
      const why = limitsOf(inputs, task)(entity);
      if (why) {
        steps.push(step(steps.length + 1, task.name, task.code, reasonLine(task.code, ...why)));
        continue;
      }
      const { outcome, shown } = inFrame(task, entity, at, iv, steps.length + 1);
      outcomes.push({ outcome, task });
      steps.push(shown);
    }
    steps.push(step(steps.length + 1, "其余任务", "The other tasks",
      element("p", {}, both(`另有 ${missed} 项任务的范围（行业、类型、专项库、乡镇或分类）不包括本户。`,
        `${missed} more tasks have a scope (industry, kind, register, township or class) that it misses.`))));
  }
  steps.push(step(steps.length + 1, "与公布的未入框名单核对", "Compared with the published list of exclusions",
    element("p", {}, both(`excluded.csv 中有 ${rows.length} 行关于本户：`, `excluded.csv has ${rows.length} rows about it:`)),
    ...rows.map((fields) => reasonLine(fields[1], fields[2], fields[3]))));
  const drawn = outcomes.filter(({ outcome }) => outcome === "drawn");
  const reserve = outcomes.filter(({ outcome }) => outcome === "reserve");
  const names = (list) => list.map(({ task }) => `${task.code} ${task.name}`).join("、");
  if (drawn.length) output.append(verdict("drawn", `已抽中：${names(drawn)}`, `Drawn for ${drawn.length} tasks of ${outcomes.length} that could draw it.`));
  else if (reserve.length) output.append(verdict("reserve", `未抽中，列为备选：${names(reserve)}`, "Not drawn; it stands in reserve."));
  else if (outcomes.length) output.append(verdict("not-drawn", `未抽中（在 ${outcomes.length} 个抽样框内）`, `Not drawn; it stood in ${outcomes.length} frames.`));
  else output.append(verdict("excluded", "不在任何抽样框内，原因见下", "In no frame; the reasons stand below."));
  output.append(...steps);
}

function reasonLine(task, reason, detail) {
  const [chinese, english] = REASONS[reason] ?? [reason, reason];
  const which = task === "*" ? ["全部任务", "all tasks"] : [task, task];
  const more = detail ? ` (${detail})` : "";
  return element("p", { "data-reason": reason }, both(`${which[0]}：${chinese}${more}`, `${which[1]}: ${english}${more}`));
}

function identity(entity, id, iv) {
  const isPlain = /^[0-9A-Z]{1,22}$/.test(id);
  const digits = hex(iv);
  return step(1, "代码变成 16 字节的 IV", "The code becomes an IV of 16 bytes", table(
    row("名称", "name", entity.name),
    row("代码", "code", code(id)),
    row("信用风险分类", "class", classOf(entity)),
    row("做法", "how", isPlain
      ? both(`0，长度 ${id.length} 的两位十六进制 ${digits.slice(1, 3)}，36 进制值的 29 位十六进制`, `0, the length ${id.length} as ${digits.slice(1, 3)}, the value in base 36 as 29 digits`)
      : both("1，再加 SHA-256(dr1/id、换行、代码) 的前 31 位", "1, then the first 31 digits of SHA-256(dr1/id, line feed, code)")),
    row("IV", "IV", code(digits)),
  ));
}

// Shows one frame that the entity stands in: key, ticket, cut-off, rank, chance and the proof that it was in there.
function inFrame(task, entity, at, iv, number) {
  const { inputs, made, roots, cutoffs } = prepared;
  const stratum = made.strata.find((one) => one.task === task && (one.name === "all" || one.name === classOf(entity)));
  const name = `${task.code} ${stratum.name}`;
  const rank = stratum.order.findIndex((place) => place.at === at) + 1;
  const place = stratum.order[rank - 1];
  const cutoff = cutoffs.get(name) ?? "";
  const isDrawn = isWithin(place, cutoff);
  const outcome = isDrawn ? "drawn" : rank <= stratum.size + stratum.reserve ? "reserve" : "not-drawn";
  const isSame = cutoff === stratum.cutoff && isDrawn === rank <= stratum.size;
  const leaves = leavesOf(inputs, stratum);
  const member = stratum.members.indexOf(at);
  const leaf = `${entity.id},${stratum.balls[member]}`;
  const proof = proofOf(leaves, member);
  const root = hex(climb(leafHash(leaf), proof));
  const isIn = root === roots.get(name);
  const rows = [
    row("抽样框", "frame", both(`${stratum.members.length} 户中抽 ${stratum.size} 户，备选 ${stratum.reserve} 户`, `${stratum.size} of ${stratum.members.length}, ${stratum.reserve} in reserve`)),
    row("机会", "chance", chanceOf(stratum, place.balls)),
    row("密钥", "key", code(hex(stratum.key)), element("br"), code(`dr1/entity/${stratum.group}`)),
    row("抽签号", "ticket", code(place.ticket)),
  ];
  if (place.balls > 1) rows.push(row(`${place.balls} 个球中最小的`, `smallest of ${place.balls} balls`, code(smallestOf(place))));
  if (place.behind) rows.push(row("已被前面的任务抽中，排在后面", "an earlier task drew it, so it stands behind", "+"));
  rows.push(
    row("公布的中签线", "published cut-off", code(cutoff || "—")),
    row("比较", "comparison", isDrawn ? both("不大于中签线", "not above the cut-off") : both("大于中签线", "above the cut-off")),
    row("抽取序号", "rank", `${rank}`),
    row("结果", "outcome", element("strong", { "data-outcome": outcome }, both(...OUTCOMES[outcome]))),
    row("重算的中签线", "cut-off computed here", isSame ? both("与公布的一致 ✓", "is the published one ✓") : both("与公布的不一致 ✗", "is not the published one ✗")),
    row("在框内的证明", "proof of being in the frame", both(`${proof.length} 个相邻摘要算到封存的树根：${isIn ? "一致 ✓" : "不一致 ✗"}`, `${proof.length} neighbouring hashes lead to the sealed root: ${isIn ? "yes ✓" : "no ✗"}`)),
  );
  const path = element("details", {}, element("summary", {}, both("证明的每一步", "each step of the proof")),
    element("ol", {}, element("li", {}, code(hex(leafHash(leaf))), ` ${leaf}`),
      ...proof.map(({ side, hash }) => element("li", {}, code(hex(hash)), side === "left" ? " ←" : " →")),
      element("li", {}, code(root), " ", both("树根", "root"))));
  return { outcome, shown: step(number, `${task.name}`, `${task.code}, stratum ${stratum.name}`, table(...rows), path) };
}

// Shows that a code is not in the sealed registry: the table is sorted, its hash is committed, and its neighbours there
// leave no room.
function absence(id, inputs, committed) {
  const { entities } = inputs;
  let [low, high] = [0, entities.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (byBytes(entities[middle].id, id) < 0) low = middle + 1;
    else high = middle;
  }
  return step(1, "不在名录库内的证明", "Proof that it is not in the registry", table(
    row("名录库", "registry", both(`${entities.length} 行，按代码排序`, `${entities.length} rows, sorted by code`)),
    row("封存的摘要", "sealed hash", code(committed.get("entities.csv"))),
    row("前一行", "row before", code(entities[low - 1]?.id || "—")),
    row("后一行", "row behind", code(entities[low]?.id || "—")),
  ));
}

// ---- The whole draw ----

const STEPS = {
  files: ["文件与清单一致", "the files are those of the manifest"],
  inputs: ["封存的各表读入", "the sealed tables are read"],
  entropy: ["随机源符合格式", "the record of chance has its form"],
  frames: ["抽样框重建", "the frames are rebuilt"],
  "commit.txt": ["承诺逐字节一致", "the commitment is the same, byte for byte"],
  "excluded.csv": ["未入框名单一致", "the exclusions are the same"],
  "strata.csv": ["样本量与中签线一致", "sizes and cut-offs are the same"],
  "samples.csv": ["抽中与备选名单一致", "the drawn and the reserve are the same"],
};

async function verifyAll(output, report) {
  const started = performance.now();
  const list = element("ol", { class: "steps" });
  output.append(list);
  const note = (what, numbers) => {
    const shown = Object.entries(numbers).map(([key, value]) => `${key} ${value}`).join(", ");
    list.append(element("li", {}, both(...STEPS[what]), " ✓ ", element("small", {}, shown)));
  };
  const withheld = new Set(chosen.size > 0 ? [] : site.withheld);
  try {
    const { inputs } = await verify(readFile, { withheld, report, note });
    const seconds = Math.ceil((performance.now() - started) / 1000);
    output.prepend(verdict("verified", `核验通过：${inputs.entities.length} 户全部重算，用时 ${seconds} 秒`, `Verified: ${inputs.entities.length} entities computed anew in ${seconds} s.`));
    if (!inputs.entropy.witnessed) {
      output.append(element("p", { class: "warning" }, both("随机种子由一个人选定，没有见证：结果与种子相符，但不能证明种子没有挑选过。",
        "One person chose the seed, unwitnessed: the result follows from it, but nobody can know that it was not picked to suit.")));
    }
    if (withheld.size > 0) {
      output.append(element("p", {}, both(`以下文件不公布，只核对了承诺的摘要：${[...withheld].join("、")}`, `Not published, only committed: ${[...withheld].join(", ")}`)));
    }
  } catch (error) {
    if (!(error instanceof Difference)) throw error;
    output.prepend(verdict("refused", `核验不通过：${error.file}${error.row ? ` 第 ${error.row} 行` : ""}`, `Not verified: ${error.message}`));
    output.append(table(row("应为", "expected", code(error.expected)), row("实为", "found", code(error.found))));
  }
}

// ---- The form ----

function start() {
  const [form, field, checked] = ["check-form", "check-code", "check-output"].map((id) => document.getElementById(id));
  const [button, verified, folder] = ["verify-button", "verify-output", "verify-folder"].map((id) => document.getElementById(id));
  let isBusy = false;
  const work = async (output, job) => {
    if (isBusy) return;
    isBusy = true;
    const bar = element("progress", { max: "1", value: "0", "aria-label": "进度 progress" });
    const words = element("small");
    output.replaceChildren(bar, " ", words);
    output.setAttribute("aria-busy", "true");
    const parts = document.createElement("div");
    try {
      await job(parts, progressOn(bar, words));
    } catch (error) {
      if (!(error instanceof Difference)) console.error(error);
      parts.append(verdict("refused", "无法回答", error.message));
    }
    output.replaceChildren(parts);
    output.removeAttribute("aria-busy");
    isBusy = false;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    work(checked, (parts, report) => checkYourself(field.value, parts, report));
  });
  button.addEventListener("click", () => work(verified, verifyAll));
  folder.addEventListener("change", () => {
    chosen.clear();
    prepared = null;
    for (const file of folder.files) chosen.set(file.webkitRelativePath.split("/").slice(1).join("/"), file);
    work(verified, verifyAll);
  });
  // A QR code on a notice may carry the code behind the page's address.
  if (location.hash.length > 1) {
    field.value = decodeURIComponent(location.hash.slice(1));
    form.requestSubmit();
  }
}

if (site) start();
