// The pages: the forms, the verification of the whole draw, and the ledger.
//
// Nothing is sent anywhere. The page reads the files that lie beside it, computes everything anew from the sealed
// tables and the record of chance, and compares the result with what was published.

import { checkYourself, forget } from "./check.mjs";
import { hex, subtle } from "./dr1.mjs";
import { Difference, verify } from "./draw.mjs";
import { chosen, readEntries, readFile, readText, site } from "./folder.mjs";
import { codeOf, compareWithLedger, entriesOf, provedBy, readLedger, rootsOf } from "./ledger.mjs";
import { checkNotice, readNotice } from "./notice.mjs";
import { both, code, counted, details, element, grid, progressOn, row, table, verdict } from "./show.mjs";

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
  ledger: ["台账相连，与承诺、随机源和名录库一致", "the ledger is unbroken and fits commitment, chance and registry"],
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
    const entries = await readEntries();
    if (entries.length) {
      await report(1, "ledger/");
      const { seal } = await compareLedger(entries, inputs, withheld);
      note("ledger", { entries: entries.length, sealed: seal.time });
    }
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

async function compareLedger(entries, inputs, withheld) {
  const files = new Map();
  const compared = ["commit.txt", "entropy.txt", "inputs/entities.csv", "inputs/inspectors.csv", "inputs/recusals.csv"];
  for (const path of compared.filter((one) => !withheld.has(one))) files.set(path, await readText(path));
  const { region, name } = inputs.plan.period;
  return compareWithLedger(entries, `${region}.${name}`, files, hex(await inputs.suite.hashFast(inputs.entropy.beforeBeacon)));
}

// ---- The ledger ----

// Checks the chain of the page's entries and says at each whether it holds.
function showChain(files, output) {
  const mark = (file, holds) => document.querySelector(`[data-entry="${file}"] .state`)?.replaceChildren(holds ? "✓" : "✗");
  try {
    const entries = readLedger(files);
    for (const { file } of entries) mark(file, true);
    output.append(verdict("verified", `台账相连：${entries.length} 条，每条都带前一条的 SHA-256`, `The chain holds: ${counted(entries.length, "entry", "entries")}, each with the SHA-256 of the one before.`));
    return entries;
  } catch (error) {
    if (!(error instanceof Difference)) throw error;
    mark(error.file, false);
    output.append(verdict("refused", `台账断开：${error.file}`, `The chain is broken: ${error.message}`),
      table(row("应为", "expected", code(error.expected)), row("实为", "found", code(error.found))));
    return [];
  }
}

// Says which entry a code that somebody kept outside means.
function compareCode(entries, typed, output) {
  const found = entriesOf(entries, typed);
  if (!found.length) {
    output.replaceChildren(verdict("refused", "本台账里没有这个代码", "No entry of this ledger has this code."));
    return;
  }
  const shown = found.map((entry) => [`${entry.number}`, entry.kind, entry.time, code(codeOf(entry.sha256)), code(entry.sha256)]);
  const headings = [["条", "entry"], ["步骤", "step"], ["时间", "time"], ["短码", "short code"], ["SHA-256", "SHA-256"]];
  output.replaceChildren(verdict("verified", `与第 ${found[0].number} 条一致`, `It is that of entry ${found[0].number}.`), grid(headings, shown));
}

function startLedger({ commit, files }) {
  const [chain, form, field, output] = ["chain-output", "code-form", "code-field", "code-output"].map((id) => document.getElementById(id));
  const entries = showChain(files, chain);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    compareCode(entries, field.value, output);
  });
  startProof(async () => ({ commit, entries }));
}

// ---- Proofs that somebody was handed ----

// Checks pasted lines of a row and its proof against the public roots, each by itself; two neighbours of one tree also
// show that nothing stands between them.
function showProof(text, { commit, entries }, output) {
  const roots = rootsOf(commit, entries);
  const lines = text.split("\n").map((line) => line.trim()).filter(Boolean);
  const proved = lines.map((line) => provedBy(line, roots));
  const holds = lines.length > 0 && proved.every((one) => one?.roots.length);
  output.replaceChildren(holds
    ? verdict("verified", `证明成立：${lines.length} 行都算到已公布的树根`, `The proof holds: ${counted(lines.length, "row")}, and each leads to a published root.`)
    : verdict("refused", "证明不成立", "The proof does not hold."));
  const rows = lines.map((line, at) => {
    const found = proved[at];
    if (!found) return [code(line.slice(0, 80)), "", both("不是“行 序号/总数 摘要”的格式", "is not of the form row, place/size, hashes"), "✗"];
    const places = found.roots.map(({ where, what }) => `${where} ${what}`).join("; ");
    return [code(found.leaf), `${found.proof.index + 1} / ${found.proof.size}`, places || both("没有这样的树根", "no such root"), places ? "✓" : "✗"];
  });
  if (lines.length) output.append(grid([["行", "row"], ["位置", "place"], ["树根", "root"], ["成立", "holds"]], rows));
  const [first, second] = proved;
  if (holds && lines.length === 2 && second.proof.index === first.proof.index + 1) {
    const shared = first.roots.filter((root) => second.roots.includes(root)).map(({ what }) => what);
    if (shared.length) output.append(element("p", { "data-proof": "neighbours" }, both(`这两行在 ${shared.join("、")} 中紧挨着，中间没有别的行。`, `The two rows stand side by side in ${shared.join(", ")}: there is none between them.`)));
  }
}

const FAULTS = {
  form: ["不是通知书二维码的内容", "The text is not what a notice's QR code holds."],
  "no-draw": ["台账里没有通知书所指的抽取", "The ledger has no draw that this notice names."],
  "no-root": ["该次抽取没有公布通知书的树根", "That draw has no root of notices."],
  "not-in-plan": ["这次检查不在已抽取的计划里", "This visit is not in the plan that was drawn."],
};

const NOTICE_WORDS = {
  visit_id: ["检查编号", "visit"], entity_id: ["检查对象", "entity"], township: ["乡镇", "township"], date: ["日期", "date"],
  half: ["时段", "half"], tasks: ["任务", "tasks"], items: ["抽查事项", "items"], agencies: ["部门", "agencies"],
  lead: ["牵头部门", "lead"], teams: ["部门与执法证号", "agencies and certificates"],
};

// Checks the line of a notice's QR code against the ledger alone, and shows which visit it proves.
function showNotice(text, { entries }, output) {
  const notice = readNotice(text);
  const found = notice ? checkNotice(notice, entries) : { fault: "form" };
  if (found.fault) {
    output.replaceChildren(verdict("refused", ...FAULTS[found.fault]));
    return;
  }
  const { draw, visit, later, steps } = found;
  output.replaceChildren(verdict("verified", `通知书属实：这次检查在第 ${draw.number} 条台账（${draw.time}）抽取的计划里`, `The notice is genuine: its visit stands in the plan drawn in entry ${draw.number} of the ledger, ${draw.time}.`));
  for (const { number, kind, time } of later) {
    output.append(element("p", { class: "warning" }, both(`之后台账第 ${number} 条（${kind}，${time}）改变了计划，可能涉及这次检查`, `Entry ${number} of the ledger (${kind}, ${time}) changed the plan later, perhaps this visit.`)));
  }
  output.append(
    table(...Object.entries(NOTICE_WORDS).map(([name, words]) => row(...words, visit[name].replaceAll(";", "; ")))),
    details("证明的每一步", "each step of the proof", element("ol", {}, ...steps.map((hash) => element("li", {}, code(hash))))),
  );
}

// Sets up the form for proofs; `read` gives the commitment and the ledger.
function startProof(read) {
  const [form, field, output] = ["proof-form", "proof-field", "proof-output"].map((id) => document.getElementById(id));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const show = field.value.trim().startsWith("FDN") ? showNotice : showProof;
    show(field.value, await read(), output);
  });
}

// ---- The forms ----

// Offers to read a QR code from a photograph, where the browser can by itself. What it holds is a notice, a code,
// or an address with the code behind its `#`.
function startScan(form, field, output) {
  if (!globalThis.BarcodeDetector) return;
  document.getElementById("scan").hidden = false;
  document.getElementById("check-scan").addEventListener("change", async (event) => {
    const [photograph] = event.target.files;
    if (!photograph) return;
    const detector = new globalThis.BarcodeDetector({ formats: ["qr_code"] });
    const found = await createImageBitmap(photograph).then((image) => detector.detect(image)).catch(() => []);
    if (!found.length) {
      output.replaceChildren(verdict("malformed", "照片里没有认出二维码，请输入代码", "No QR code was found on the photograph; type the code."));
      return;
    }
    const text = found[0].rawValue;
    field.value = text.startsWith("FDN") ? text : decodeURIComponent(text.split("#").pop());
    form.requestSubmit();
  });
}

function startCheck({ files }) {
  const [form, field, checked] = ["check-form", "check-code", "check-output"].map((id) => document.getElementById(id));
  const [button, verified, folder] = ["verify-button", "verify-output", "verify-folder"].map((id) => document.getElementById(id));
  document.getElementById("crypto").append(subtle
    ? both("SHA-256 和 HMAC 由浏览器（WebCrypto）计算。", "SHA-256 and HMAC come from the browser (WebCrypto).")
    : both("本页不经 https 打开，浏览器不提供 WebCrypto；SHA-256 和 HMAC 由本页自己的代码计算，结果相同，稍慢。",
      "Opened without https, the browser has no WebCrypto here; SHA-256 and HMAC come from the page's own code, with the same results, a little slower."));
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
    if (field.value.trim().startsWith("FDN")) {
      document.getElementById("proof-field").value = field.value;
      document.getElementById("proof-form").requestSubmit();
      document.getElementById("proof-output").scrollIntoView();
      return;
    }
    work(checked, (parts, report) => checkYourself(field.value, parts, report));
  });
  button.addEventListener("click", () => work(verified, verifyAll));
  folder.addEventListener("change", () => {
    chosen.clear();
    forget();
    for (const file of folder.files) chosen.set(file.webkitRelativePath.split("/").slice(1).join("/"), file);
    work(verified, verifyAll);
  });
  startScan(form, field, checked);
  startProof(async () => ({ commit: await readText("commit.txt"), entries: readLedger(files) }));
  // A QR code on a notice may carry the code behind the page's address.
  if (location.hash.length > 1) {
    field.value = decodeURIComponent(location.hash.slice(1));
    form.requestSubmit();
  }
}

const published = JSON.parse(document.getElementById("entries")?.textContent ?? "null");
if (document.getElementById("chain-output")) startLedger(published);
else if (site) startCheck(published);
