// 自查 (check yourself): what a firm types, what is computed, and what it is told, each step with its numbers.

import { hex, isWithin, ivOf, leafHash, smallestOf } from "./dr1.mjs";
import {
  chanceOf, classOf, Difference, draw, frames, isEligible, leavesOf, limitsOf, load, missedScope, readCsv, scopeOf,
} from "./draw.mjs";
import { readEntries, readFile, readText } from "./folder.mjs";
import { attemptOf, linesOf } from "./ledger.mjs";
import { absenceOf, climb, isAbsent, proofOf, proofText, treeOf } from "./proof.mjs";
import { both, code, counted, details, element, grid, row, step, table, verdict } from "./show.mjs";

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

const HALVES = { AM: ["上午", "morning"], PM: ["下午", "afternoon"], day: ["全天", "whole day"] };

// ---- What is typed ----

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

// ---- What is computed once ----

let prepared = null;

// Forgets what was computed, because other files are to be read.
export function forget() {
  prepared = null;
}

// Computes all frames and the whole draw once, and compares the tables with the commitment.
async function prepare(report) {
  const inputs = await load(readFile, (part, what) => report(0.3 * part, what));
  const made = await frames(inputs, (part, what) => report(0.3 + 0.3 * part, what));
  await draw(inputs, made.strata, (part, what) => report(0.6 + 0.25 * part, what));
  const commit = (await readText("commit.txt")).split("\n");
  const committed = new Map(commit.filter((line) => line.startsWith("input ")).map((line) => line.split(" ").slice(1)));
  for (const name of ["entities.csv", "tasks.csv", "items.csv", "history.csv", "plan.toml"]) {
    const found = hex(await inputs.suite.hashFast(await readFile(`inputs/${name}`)));
    if (committed.get(name) !== found) {
      throw new Difference(`inputs/${name}`, 0, "is not the committed table", committed.get(name), found);
    }
  }
  const published = readCsv("strata.csv", await readText("strata.csv")).slice(1);
  const excluded = readCsv("excluded.csv", await readText("excluded.csv")).slice(1);
  const roots = new Map();
  for (const line of commit.filter((text) => text.startsWith("stratum "))) {
    const [, task, name, , , , , root] = line.split(" ");
    roots.set(`${task} ${name}`, root);
  }
  const cutoffs = new Map(published.map((fields) => [`${fields[0]} ${fields[1]}`, fields[7]]));
  const { period } = inputs.plan;
  const entries = await readEntries();
  const sealed = attemptOf(entries, `${period.region}.${period.name}`)?.seal;
  return { inputs, made, committed, roots, cutoffs, excluded, sealed, known: new Map() };
}

function treeOfStratum(stratum) {
  stratum.tree ??= treeOf(leavesOf(prepared.inputs, stratum, prepared.known), prepared.inputs.suite);
  return stratum.tree;
}

// ---- The answer ----

// Answers for a code into `output`, and returns the kind of the verdict.
export async function checkYourself(typed, output, report) {
  const id = canonical(typed);
  const fault = faultOf(id);
  if (id === "") {
    output.append(verdict("malformed", ...fault));
    return;
  }
  prepared ??= await prepare(report);
  const { inputs, made, excluded } = prepared;
  const at = inputs.rowOf.get(id);
  if (at === undefined) {
    if (fault) output.append(verdict("malformed", `代码格式有误：${fault[0]}`, `The code is malformed: ${fault[1]}.`));
    else output.append(verdict("unknown", `封存的名录库里没有代码 ${id}，机会为 0`, `The sealed registry has no code ${id}; its chance was 0.`));
    output.append(await notInRegistry(id, report), await inNoFrame(id, made.strata, 2, report));
    return;
  }
  const entity = inputs.entities[at];
  const iv = ivOf(id, inputs.suite);
  const rows = excluded.filter((fields) => fields[0] === id);
  const steps = [identity(entity, id, iv)];
  const outcomes = [];
  const others = new Set(made.strata);
  if (!isEligible(entity)) {
    steps.push(step(2, "是否可抽", "Can it be drawn", reasonLine("*", entity.status, "")));
  } else {
    let missed = 0;
    for (const task of inputs.tasks) {
      if (missedScope(scopeOf(task), entity) !== null) {
        missed++;
        continue;
      }
      const why = limitsOf(inputs, task)(entity);
      if (why) {
        steps.push(step(steps.length + 1, task.name, task.code, reasonLine(task.code, ...why)));
        continue;
      }
      const { outcome, stratum, shown } = inFrame(task, entity, at, iv, steps.length + 1);
      outcomes.push({ outcome, task, chance: chanceOf(stratum, stratum.balls[stratum.members.indexOf(at)]) });
      others.delete(stratum);
      steps.push(shown);
    }
    steps.push(step(steps.length + 1, "其余任务", "The other tasks",
      element("p", {}, both(`另有 ${missed} 项任务的范围（行业、类型、专项库、乡镇或分类）不包括本户。`,
        `${missed} more tasks have a scope (industry, kind, register, township or class) that it misses.`))));
  }
  steps.push(await inNoFrame(id, [...others], steps.length + 1, report));
  steps.push(step(steps.length + 1, "与公布的未入框名单核对", "Compared with the published list of exclusions",
    element("p", {}, both(`excluded.csv 中有 ${rows.length} 行关于本户${rows.length ? "：" : "。"}`, `excluded.csv has ${counted(rows.length, "row")} about it${rows.length ? ":" : "."}`)),
    ...rows.map((fields) => reasonLine(fields[1], fields[2], fields[3]))));
  output.append(summary(outcomes));
  if (outcomes.some(({ outcome }) => outcome === "drawn")) output.append(await visitsOf(id));
  output.append(...steps);
}

function summary(outcomes) {
  const having = (wanted) => outcomes.filter(({ outcome }) => outcome === wanted);
  const names = (list) => list.map(({ task }) => `${task.code} ${task.name}`).join("、");
  const chances = outcomes.map(({ task, chance }) => `${task.code}: ${chance}`).join("; ");
  const [drawn, reserve] = [having("drawn"), having("reserve")];
  if (drawn.length) {
    return verdict("drawn", `已抽中：${names(drawn)}。在 ${outcomes.length} 个抽样框内，机会 ${chances}`,
      `Drawn for ${drawn.length} of the ${counted(outcomes.length, "task")} in whose frames it stood, with the chances ${chances}.`);
  }
  if (reserve.length) {
    return verdict("reserve", `未抽中，列为备选：${names(reserve)}。机会 ${chances}`, `Not drawn; it stands in reserve. Its chances were ${chances}.`);
  }
  if (outcomes.length) {
    return verdict("not-drawn", `未抽中。在 ${outcomes.length} 个抽样框内，机会 ${chances}`, `Not drawn; it stood in ${counted(outcomes.length, "frame")}, with the chances ${chances}.`);
  }
  return verdict("excluded", "不在任何抽样框内，机会为 0，原因见下", "In no frame, so its chance was 0; the reasons stand below.");
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
      : both(`1，再加 ${prepared.inputs.suite.hashName}(dr1/id、换行、代码) 的前 31 位`, `1, then the first 31 digits of ${prepared.inputs.suite.hashName}(dr1/id, line feed, code)`)),
    row("IV", "IV", code(digits)),
  ));
}

// Shows when a drawn entity is visited, and by whom.
async function visitsOf(id) {
  const visits = readCsv("visits.csv", await readText("visits.csv")).slice(1).filter((fields) => fields[1] === id);
  const teams = readCsv("teams.csv", await readText("teams.csv")).slice(1);
  const shown = visits.map(([visit, , , date, half, tasks]) => [
    date, both(...(HALVES[half] ?? [half, half])), tasks.replaceAll(";", " "),
    teams.filter((fields) => fields[0] === visit).map((fields) => `${fields[1]} ${fields[2]}`).join(", "),
  ]);
  const headings = [["日期", "date"], ["时段", "half"], ["任务", "tasks"], ["部门与执法证号", "agencies and certificates"]];
  return step("", "检查安排", "Its visits", shown.length ? grid(headings, shown)
    : element("p", {}, both("抽中，但没有排上检查，原因见 unplaced.csv。", "Drawn, but without a visit; unplaced.csv has the reason.")));
}

// ---- Proofs ----

// Shows one frame that the entity stands in: key, ticket, cut-off, rank, chance and the proof that it was in there.
function inFrame(task, entity, at, iv, number) {
  const { made, roots, cutoffs } = prepared;
  const stratum = made.strata.find((one) => one.task === task && (one.name === "all" || one.name === classOf(entity)));
  const name = `${task.code} ${stratum.name}`;
  const rank = stratum.order.findIndex((place) => place.at === at) + 1;
  const place = stratum.order[rank - 1];
  const cutoff = cutoffs.get(name) ?? "";
  const isDrawn = isWithin(place, cutoff);
  const outcome = isDrawn ? "drawn" : rank <= stratum.size + stratum.reserve ? "reserve" : "not-drawn";
  const isSame = cutoff === stratum.cutoff && isDrawn === rank <= stratum.size;
  const member = stratum.members.indexOf(at);
  const leaf = `${entity.id},${stratum.balls[member]}`;
  const proof = proofOf(treeOfStratum(stratum), member);
  const { root, steps } = climb(leaf, proof, prepared.inputs.suite);
  const isIn = root !== null && hex(root) === roots.get(name);
  const percent = (100 * stratum.size) / stratum.members.length;
  const rows = [
    row("抽样框", "frame", both(`${stratum.members.length} 户中抽 ${stratum.size} 户，备选 ${stratum.reserve} 户`, `${stratum.size} of ${stratum.members.length}, ${stratum.reserve} in reserve`)),
    row("机会", "chance", chanceOf(stratum, place.balls), stratum.ballsOfAll === null ? "" : ` ≈ ${Number(percent.toPrecision(2))} %`),
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
    row("在框内的证明", "proof of being in the frame", both(`${proof.path.length} 个相邻摘要算到封存的树根：${isIn ? "一致 ✓" : "不一致 ✗"}`, `${proof.path.length} neighbouring hashes lead to the sealed root: ${isIn ? "yes ✓" : "no ✗"}`)),
  );
  const path = details("证明的每一步", "each step of the proof",
    element("ol", {}, element("li", {}, code(hex(leafHash(leaf, prepared.inputs.suite))), ` ${leaf}`),
      ...steps.map(({ neighbour, isLeft, hash }) => element("li", {}, isLeft ? code(`${hex(neighbour)} ‖ …`) : code(`… ‖ ${hex(neighbour)}`), " → ", code(hex(hash)))),
      element("li", {}, both("封存的树根", "sealed root"), " ", code(roots.get(name)))),
    element("p", {}, code(`${leaf} ${proofText(proof)}`)));
  return { outcome, stratum, shown: step(number, `${task.name}`, `${task.code}, stratum ${stratum.name}`, table(...rows), path) };
}

// Shows that an id is in none of some strata: in each tree its two neighbours stand side by side and leave it no room.
async function inNoFrame(id, strata, number, report) {
  const idOf = (leaf) => leaf.slice(0, leaf.lastIndexOf(","));
  const rows = [];
  const proofs = [];
  let isProved = true;
  for (const [at, stratum] of strata.entries()) {
    const name = `${stratum.task.code} ${stratum.name}`;
    await report(0.85 + (0.14 * at) / strata.length, name);
    const leaves = stratum.members.map((member, place) => `${prepared.inputs.entities[member].id},${stratum.balls[place]}`);
    const absence = absenceOf(leaves, treeOfStratum(stratum), id, idOf);
    const holds = absence !== null && isAbsent(absence, id, leaves.length, prepared.roots.get(name), idOf, prepared.inputs.suite);
    isProved &&= holds;
    const side = (neighbour) => (neighbour ? code(idOf(neighbour.row)) : "—");
    rows.push([name, side(absence?.before), side(absence?.after), holds ? "✓" : "✗"]);
    for (const neighbour of [absence?.before, absence?.after].filter(Boolean)) {
      proofs.push(`${neighbour.row} ${proofText(neighbour.proof)}\n`);
    }
  }
  const told = isProved ? ["一致 ✓", "they do ✓"] : ["不一致 ✗", "they do not ✗"];
  const headings = [["抽样框", "frame"], ["前一户", "before"], ["后一户", "behind"], ["证明", "proof"]];
  return step(number, `不在${strata.length === prepared.made.strata.length ? "" : "其余"} ${strata.length} 个抽样框内的证明`, `Proof of being in none of ${strata.length} ${strata.length === prepared.made.strata.length ? "" : "other "}frames`,
    element("p", { "data-proof": isProved ? "absent" : "refused" }, both(`每个框按代码排序；前后两户紧挨着，并各自算到封存的树根：${told[0]}`,
      `Each frame is sorted by code; the two neighbours stand side by side and lead to the sealed root: ${told[1]}`)),
    details("每个框的前后两户", "the neighbours in each frame", grid(headings, rows)),
    details("可另行核对的证明", "proofs to check elsewhere", element("pre", { class: "wide", tabindex: "0" }, proofs.join(""))));
}

// Shows that a code is not in the registry: by its neighbours in the tree that the seal has a root of, and where no
// ceremony sealed one, in the whole table, which is sorted and whose hash is committed.
async function notInRegistry(id, report) {
  const { committed, inputs, sealed } = prepared;
  await report(0.8, "entities.csv");
  const lines = linesOf(await readText("inputs/entities.csv"));
  const idOf = (line) => readCsv("inputs/entities.csv", `${line}\n`)[0][0];
  const tree = treeOf(lines.map((line) => leafHash(line, inputs.suite)), inputs.suite);
  const absence = absenceOf(lines, tree, id, idOf);
  const [size, root] = sealed ? sealed.fact("entities").split(" ") : [`${tree.size}`, hex(tree.root)];
  const holds = absence !== null && isAbsent(absence, id, Number(size), root, idOf, inputs.suite);
  const told = holds ? ["一致 ✓", "they do ✓"] : ["不一致 ✗", "they do not ✗"];
  const sides = [absence?.before, absence?.after];
  const shown = [["前一行", "row before"], ["后一行", "row behind"]].map((name, at) =>
    row(...name, sides[at] ? code(idOf(sides[at].row) || "—") : "—"));
  return step(1, "不在名录库内的证明", "Proof that it is not in the registry", table(
    row("名录库", "registry", both(`${lines.length} 行，按代码排序`, `${lines.length} rows, sorted by code`)),
    row("封存的摘要", "sealed hash", code(committed.get("entities.csv"))),
    sealed
      ? row("封存的树根", "sealed root", code(root), " ", both(`台账第 ${sealed.number} 条`, `entry ${sealed.number} of the ledger`))
      : row("树根", "root", code(root), " ", both("由摘要已封存的整张表算出", "of the whole table, whose hash is sealed")),
    ...shown,
    row("证明", "proof", element("span", { "data-proof": holds ? "absent" : "refused" }, both(`前后两行紧挨着，并各自算到树根：${told[0]}`, `The two rows stand side by side and lead to the root: ${told[1]}`))),
  ), details("可另行核对的证明", "proofs to check elsewhere",
    element("pre", { class: "wide", tabindex: "0" }, sides.filter(Boolean).map(({ row: line, proof }) => `${line} ${proofText(proof)}\n`).join(""))));
}
