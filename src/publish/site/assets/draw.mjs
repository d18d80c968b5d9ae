// The draw of a whole bundle, written from PROTOCOL.md alone: §7 frames, §8 files, §10 commitment, §11 verification of
// level 2. Files come from a function `read(path)`; nothing here knows a page or a network.

import {
  byBytes, byPlace, bytesOf, cutoffOf, entityLabel, hex, ivOf, keyOf, leafHash, placeOf, prkOf, readEntropy, readRate,
  rootOf, sha256Fast, sizeOf, SUITES,
} from "./dr1.mjs";

// The heading of each frozen table (§8.2).
const HEADINGS = {
  agencies: "code,name,short_name,role,teams_per_day",
  townships: "code,name,other_codes,other_names,lon,lat",
  travel: "from,to,minutes",
  items: "code,agency,name,class,object,method,qualification,basis,minutes,cap_per_year,ratio_wording,frequency_wording",
  entities: "id,name,kind,industry,township,address,class,status,tags,flags,quiet,registered,season,hours",
  inspectors:
    "certificate,name,agency,valid_from,valid_until,status,qualifications,townships,leave,visits_max,expert",
  tasks:
    "code,name,kind,directed,lead,partners,items,industries,kinds,tags,townships,classes,rate,wording,first,last,group," +
    "balls,spread,separate",
  recusals: "certificate,entity,agency,reason,until",
  history: "entity,agency,date,counts,items,inspectors,result",
  calendar: "date,kind,name,source",
};

// The files of inputs/, sorted bytewise.
export const INPUTS = [...Object.keys(HEADINGS).map((name) => `${name}.csv`), "plan.toml"].sort(byBytes);

// Says that something is not as the protocol wants it; `file` and `row` (from 1, heading included) say where.
export class Difference extends Error {
  constructor(file, row, what, expected = "", found = "") {
    super(`${file}${row ? `:${row}` : ""}: ${what}`);
    Object.assign(this, { file, row, what, expected, found });
  }
}

// ---- §8.1 Tables ----

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function textOf(file, bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Difference(file, 0, "is not UTF-8");
  }
}

// Reads a table into rows of fields, heading included.
export function readCsv(file, text) {
  const rows = [];
  if (!text.endsWith("\n")) throw new Difference(file, 0, "does not end with LF");
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end);
    if (!line.includes('"')) {
      if (line.includes("\r")) throw new Difference(file, rows.length + 1, "holds CR outside quotes");
      rows.push(line.split(","));
      at = end + 1;
      continue;
    }
    const row = [];
    for (;;) {
      let field;
      if (text[at] === '"') {
        let close = at + 1;
        for (;;) {
          close = text.indexOf('"', close);
          if (close < 0) throw new Difference(file, rows.length + 1, "opens quotes that nothing closes");
          if (text[close + 1] !== '"') break;
          close += 2;
        }
        field = text.slice(at + 1, close).replaceAll('""', '"');
        if (!/[,"\r\n]/.test(field)) throw new Difference(file, rows.length + 1, "quotes a field without need");
        at = close + 1;
      } else {
        let stop = at;
        while (text[stop] !== "," && text[stop] !== "\n") stop++;
        field = text.slice(at, stop);
        if (/["\r]/.test(field)) throw new Difference(file, rows.length + 1, "leaves a field without quotes");
        at = stop;
      }
      row.push(field);
      if (text[at] !== "," && text[at] !== "\n") throw new Difference(file, rows.length + 1, "goes on behind quotes");
      if (text[at++] === "\n") break;
    }
    rows.push(row);
  }
  return rows;
}

export function writeCsv(rows) {
  const field = (text) => (/[,"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(field).join(",") + "\n").join("");
}

function byColumns(a, b) {
  for (let column = 0; column < a.length; column++) {
    if (a[column] === b[column]) continue;
    const order = byBytes(a[column], b[column]);
    if (order !== 0) return order;
  }
  return 0;
}

function listOf(field) {
  return field === "" ? [] : field.split(";");
}

// Reads a frozen table into objects by column name; every row has all columns and the rows stand in their order.
function readTable(name, text) {
  const file = `inputs/${name}.csv`;
  const rows = readCsv(file, text);
  if (rows[0].join(",") !== HEADINGS[name]) {
    throw new Difference(file, 1, "has another heading", HEADINGS[name], rows[0].join(","));
  }
  const columns = rows[0];
  for (let at = 1; at < rows.length; at++) {
    const row = rows[at];
    if (row.length !== columns.length) throw new Difference(file, at + 1, "has too few or too many fields");
    if (at > 1 && byColumns(rows[at - 1], row) > 0) throw new Difference(file, at + 1, "is out of order");
    if (at > 1 && row[0] !== "" && row[0] === rows[at - 1][0] && ["entities", "tasks", "items"].includes(name)) {
      throw new Difference(file, at + 1, "stands there twice", "", row[0]);
    }
  }
  return rows.slice(1).map((row) => {
    const named = {};
    for (let at = 0; at < columns.length; at++) named[columns[at]] = row[at];
    return named;
  });
}

// Reads plan.toml in its one layout (§8.2): tables of `key = value`, of which one may be repeated.
function readPlan(text) {
  const plan = { quiet: [] };
  let table = plan;
  text.split("\n").forEach((line, at) => {
    const heading = /^\[(\w+)\]$/.exec(line);
    const value = /^(\w+) = (?:"((?:[^"\\]|\\.)*)"|(\d+))$/.exec(line);
    if (line === "[[quiet]]") plan.quiet.push((table = {}));
    else if (heading) table = plan[heading[1]] = {};
    else if (value) table[value[1]] = value[3] === undefined ? JSON.parse(`"${value[2]}"`) : Number(value[3]);
    else if (line !== "") throw new Difference("inputs/plan.toml", at + 1, "is no line of this file", "", line);
  });
  return plan;
}

// ---- Loading ----

// Reads all that decides a draw. `read(path)` gives the bytes of a file of the bundle, or null where there is none.
// `pause(part, words)` is awaited between steps, with the part that is done from 0 to 1.
export async function load(read, pause = async () => {}) {
  const need = async (path) => {
    const bytes = await read(path);
    if (!bytes) throw new Difference(path, 0, "is missing");
    return bytes;
  };
  const table = async (name) => readTable(name, textOf(`inputs/${name}.csv`, await need(`inputs/${name}.csv`)));
  const plan = readPlan(textOf("inputs/plan.toml", await need("inputs/plan.toml")));
  const suite = SUITES[plan.draw.suite ?? "dr1"];
  if (!suite || plan.draw.suite === "dr1") {
    throw new Difference("inputs/plan.toml", 0, "names a suite in a way that no frozen plan does", "", plan.draw.suite);
  }
  const [tasks, items, history] = [await table("tasks"), await table("items"), await table("history")];
  await pause(0.1, "entities.csv");
  const entities = await table("entities");
  await pause(0.3, "entropy.txt");
  const entropyBytes = await need("entropy.txt");
  let entropy;
  try {
    entropy = readEntropy(entropyBytes);
  } catch (error) {
    throw new Difference("entropy.txt", error.line ?? 0, `is refused (${error.reason})`);
  }
  const prk = await prkOf(entropyBytes, suite);
  const rowOf = new Map(entities.map((entity, at) => [entity.id, at]));
  return { plan, suite, tasks, items, history, entities, rowOf, entropy, prk, visits: visitsOfYear(plan, history) };
}

// Counts, for each entity, the days of the year before the period on which it was visited, and under which items.
function visitsOfYear(plan, history) {
  const year = plan.period.first.slice(0, 4);
  const counted = new Map();
  for (const row of history) {
    if (row.counts !== "yes" || row.date.slice(0, 4) !== year || row.date >= plan.period.first) continue;
    if (!counted.has(row.entity)) counted.set(row.entity, { days: new Set(), items: new Map() });
    const entity = counted.get(row.entity);
    entity.days.add(row.date);
    for (const item of listOf(row.items)) {
      if (!entity.items.has(item)) entity.items.set(item, new Set());
      entity.items.get(item).add(row.date);
    }
  }
  return counted;
}

// ---- §7 Frames ----

export function classOf(entity) {
  return entity.class === "" ? "N" : entity.class;
}

export function isEligible(entity) {
  return entity.id !== "" && entity.status === "active";
}

// Takes a task's scope apart once (§7.1): the columns that restrict it, each with its test.
export function scopeOf(task) {
  const tests = {
    industries: (list) => (entity) => list.some((prefix) => entity.industry.startsWith(prefix)),
    kinds: (list) => (entity) => list.includes(entity.kind),
    tags: (list) => (entity) => entity.tags !== "" && listOf(entity.tags).some((tag) => list.includes(tag)),
    townships: (list) => (entity) => list.includes(entity.township),
    classes: (list) => (entity) => list.includes(classOf(entity)),
  };
  const restricting = Object.keys(tests).filter((column) => task[column] !== "");
  return restricting.map((column) => ({ column, matches: tests[column](listOf(task[column])) }));
}

// Finds the first column of a scope that an entity misses, or null where it matches all.
export function missedScope(scope, entity) {
  for (const { column, matches } of scope) if (!matches(entity)) return column;
  return null;
}

// Reads a field that is one value for all or a list by class: `{ all }` or `{ byClass }`.
function byClass(field, read) {
  if (!field.includes(" ")) return { all: read(field) };
  return { byClass: new Map(listOf(field).map((entry) => entry.split(" ")).map(([name, value]) => [name, read(value)])) };
}

// Makes the question why an eligible entity in a task's scope is left out: `[reason, detail]`, or null (§7.2).
export function limitsOf(inputs, task) {
  const rates = byClass(task.rate, readRate);
  const mine = new Set(listOf(task.items));
  const capped = inputs.items.filter((item) => item.cap_per_year !== "" && mine.has(item.code));
  return (entity) => {
    if (rates.byClass && !rates.byClass.has(classOf(entity))) return ["class-without-rate", ""];
    const past = inputs.visits.get(entity.id);
    if (!past) return null;
    if (past.days.size >= inputs.plan.draw.visits_per_year_max) return ["visit-cap", ""];
    const full = capped.find((item) => (past.items.get(item.code)?.size ?? 0) >= Number(item.cap_per_year));
    return full ? ["item-cap", full.code] : null;
  };
}

export function ballsOf(task, entity) {
  if (!task.balls.includes(" ")) return Number(task.balls);
  return byClass(task.balls, Number).byClass.get(entity.class) ?? 1;
}

export function groupOf(plan, task) {
  const shared = `${plan.period.region}.${plan.period.name}`;
  return task.group === "" ? shared : `${shared}.${task.group}`;
}

// Puts every entity in or out of every frame: strata with their sizes, and the rows of excluded.csv.
export async function frames(inputs, pause = async () => {}) {
  const { plan, tasks, entities } = inputs;
  const excluded = [];
  const inSomeScope = new Uint8Array(entities.length);
  const strata = [];
  const eligible = [];
  entities.forEach((entity, at) => {
    if (entity.id === "") excluded.push(["", "*", "no-id", entity.name]);
    else if (entity.status !== "active") excluded.push([entity.id, "*", entity.status, ""]);
    else eligible.push(at);
  });
  for (const [number, task] of tasks.entries()) {
    await pause(number / tasks.length, task.code);
    const frame = [];
    const [scope, leftOut] = [scopeOf(task), limitsOf(inputs, task)];
    for (const at of eligible) {
      const entity = entities[at];
      if (missedScope(scope, entity) !== null) continue;
      inSomeScope[at] = 1;
      const why = leftOut(entity);
      if (why) excluded.push([entity.id, task.code, ...why]);
      else frame.push(at);
    }
    const rates = byClass(task.rate, readRate);
    const names = rates.byClass ? ["A", "B", "C", "D", "N"].filter((name) => rates.byClass.has(name)) : ["all"];
    for (const name of names) {
      const members = name === "all" ? frame : frame.filter((at) => classOf(entities[at]) === name);
      const size = sizeOf(rates.all ?? rates.byClass.get(name), members.length, plan.draw.rounding);
      const more = sizeOf(readRate(plan.draw.reserve), size, "up");
      const balls = members.map((at) => ballsOf(task, entities[at]));
      // In a stratum of a class all have the class's number, even if the stratum is empty (§8.3).
      const first = balls[0] ?? (name === "all" ? ballsOfEmpty(task) : ballsOf(task, { class: name }));
      strata.push({
        task, name, members, balls, size,
        group: groupOf(plan, task),
        reserve: Math.min(more, members.length - size),
        ballsOfAll: balls.every((number) => number === first) ? first : null,
      });
    }
  }
  for (const at of eligible) if (!inSomeScope[at]) excluded.push([entities[at].id, "*", "out-of-scope", ""]);
  excluded.sort(byColumns);
  return { strata, excluded };
}

function ballsOfEmpty(task) {
  return byClass(task.balls, Number).all ?? 1;
}

// ---- §10 Commitment ----

export function leavesOf(inputs, stratum, known = new Map()) {
  return stratum.members.map((at, member) => {
    const leaf = `${inputs.entities[at].id},${stratum.balls[member]}`;
    if (!known.has(leaf)) known.set(leaf, leafHash(leaf, inputs.suite));
    return known.get(leaf);
  });
}

async function commitment(inputs, strata, hashes, pause) {
  const { period, draw } = inputs.plan;
  const lines = [
    "dr1 commit v1", `suite ${inputs.suite.name}`, `region ${period.region}`, `period ${period.name} ${period.first} ${period.last}`,
    `rounding ${draw.rounding}`, ...INPUTS.map((name) => `input ${name} ${hashes.get(name)}`),
  ];
  const known = new Map();
  for (const [number, stratum] of strata.entries()) {
    await pause(number / strata.length, `${stratum.task.code} ${stratum.name}`);
    const { task, name, group, members, size, reserve } = stratum;
    const root = hex(rootOf(leavesOf(inputs, stratum, known), inputs.suite));
    lines.push(`stratum ${task.code} ${name} ${group} ${members.length} ${size} ${reserve} ${root}`);
  }
  return lines.join("\n") + "\n";
}

// ---- §6 The draw ----

// Draws every stratum in order; each gets `order` (all its places), `places` (of its ranks 1 to n + r) and `cutoff`.
export async function draw(inputs, strata, pause = async () => {}) {
  const ivs = new Map();
  const keys = new Map();
  const sampled = [];
  for (const [number, stratum] of strata.entries()) {
    await pause(number / strata.length, `${stratum.task.code} ${stratum.name}`);
    const { group, task, members, balls, size, reserve } = stratum;
    if (!keys.has(group)) keys.set(group, await keyOf(inputs.prk, entityLabel(group), inputs.suite));
    const earlier = new Set();
    if (task.spread === "yes") {
      for (const row of sampled) if (row.group === group && row.task !== task.code) earlier.add(row.at);
    }
    const places = members.map((at, member) => {
      if (!ivs.has(at)) ivs.set(at, ivOf(inputs.entities[at].id, inputs.suite));
      const place = placeOf(keys.get(group), ivs.get(at), balls[member], earlier.has(at), inputs.suite);
      return { at, balls: balls[member], ...place };
    });
    places.sort(byPlace);
    stratum.key = keys.get(group);
    stratum.order = places;
    stratum.places = places.slice(0, size + reserve);
    stratum.cutoff = cutoffOf(places[size - 1], stratum.ballsOfAll === 1);
    for (const { at } of places.slice(0, size)) sampled.push({ group, task: task.code, at });
  }
}

export function chanceOf(stratum, balls) {
  const spread = stratum.task.spread === "yes" ? "spread " : "";
  if (stratum.ballsOfAll !== null) return `${spread}${stratum.size}/${stratum.members.length}`;
  return `${spread}${balls}*${stratum.size}/${stratum.balls.reduce((sum, number) => sum + number, 0)}`;
}

function strataRows(strata) {
  return strata.map(({ task, name, group, members, size, reserve, ballsOfAll, cutoff }) => [
    task.code, name, group, String(members.length), String(size), String(reserve),
    ballsOfAll === null ? task.balls : String(ballsOfAll), cutoff,
  ]);
}

function sampleRows(inputs, strata) {
  return strata.flatMap((stratum) =>
    stratum.places.map((place, at) => [
      stratum.task.code, stratum.name, String(at + 1), at < stratum.size ? "S" : "R", place.ticket,
      inputs.entities[place.at].id, chanceOf(stratum, place.balls),
    ]),
  );
}

// Writes the three result tables that level 2 compares, and the commitment.
export async function results(inputs, made, hashes, pause = async () => {}) {
  const table = (heading, rows) => writeCsv([heading.split(","), ...rows]);
  return {
    "commit.txt": await commitment(inputs, made.strata, hashes, pause),
    "excluded.csv": table("entity_id,task,reason,detail", made.excluded),
    "strata.csv": table("task,stratum,group,population,sample,reserve,balls,cutoff", strataRows(made.strata)),
    "samples.csv": table("task,stratum,rank,role,ticket,entity_id,chance", sampleRows(inputs, made.strata)),
  };
}

// ---- §11.2 Verification ----

// Verifies a bundle at level 2. `withheld` maps paths that are not published to why; their hashes are the committed
// ones. `report(part, words)` shows progress; `note(step, words)` is called for each step that holds.
// Throws a Difference at the first thing that does not hold.
export async function verify(read, { withheld = new Set(), report = async () => {}, note = () => {} } = {}) {
  const part = (from, to) => async (done, words) => report(from + (to - from) * done, words);
  const manifestBytes = await read("manifest.json");
  if (!manifestBytes) throw new Difference("manifest.json", 0, "is missing");
  let manifest;
  try {
    manifest = JSON.parse(textOf("manifest.json", manifestBytes));
  } catch {
    throw new Difference("manifest.json", 0, "is no JSON");
  }
  if (manifest.format !== "fairdraw bundle 1" || !SUITES[manifest.protocol]) {
    throw new Difference("manifest.json", 0, "is of another format or protocol", "", `${manifest.format} ${manifest.protocol}`);
  }
  const hashes = new Map();
  const listed = new Map(manifest.files.map((file) => [file.path, file]));
  const compared = ["commit.txt", "entropy.txt", "strata.csv", "samples.csv", "excluded.csv"];
  for (const path of [...compared, ...INPUTS.map((name) => `inputs/${name}`)]) {
    if (!listed.has(path)) throw new Difference("manifest.json", 0, `does not list ${path}`);
  }
  let changed = null;
  let kept = 0;
  for (const [number, file] of manifest.files.entries()) {
    await report(0.15 * (number / manifest.files.length), file.path);
    if (withheld.has(file.path)) {
      kept++;
      hashes.set(file.path.replace("inputs/", ""), file.sha256);
      continue;
    }
    const bytes = await read(file.path);
    if (!bytes) throw new Difference(file.path, 0, "is missing", `${file.bytes} bytes`, "nothing");
    const sha256 = hex(await sha256Fast(bytes));
    hashes.set(file.path.replace("inputs/", ""), sha256);
    if (sha256 !== file.sha256 || bytes.length !== file.bytes) {
      changed ??= new Difference(file.path, 0, "was changed after the manifest was written", file.sha256, sha256);
    }
  }
  // A changed result is told with its row by the comparison below, which comes first.
  if (!changed) note("files", { files: manifest.files.length - kept, withheld: kept });
  const inputs = await load(read, part(0.15, 0.35));
  note("inputs", { entities: inputs.entities.length, tasks: inputs.tasks.length });
  const { period } = inputs.plan;
  if (manifest.period !== period.name || manifest.region !== period.region) {
    throw new Difference("manifest.json", 0, "names another period or region");
  }
  if (manifest.protocol !== inputs.suite.name) {
    throw new Difference("manifest.json", 0, "names another suite than the plan", inputs.suite.name, manifest.protocol);
  }
  if (manifest.witnessed !== inputs.entropy.witnessed) {
    throw new Difference("manifest.json", 0, "says something else about witnesses", String(inputs.entropy.witnessed));
  }
  note("entropy", { witnessed: inputs.entropy.witnessed, code: hex(await inputs.suite.hashFast(inputs.entropy.beforeBeacon)) });
  const made = await frames(inputs, part(0.35, 0.6));
  note("frames", { strata: made.strata.length, excluded: made.excluded.length });
  await draw(inputs, made.strata, part(0.6, 0.8));
  if (inputs.suite.name !== "dr1") await rehash(inputs.suite, read, withheld, hashes);
  const written = await results(inputs, made, hashes, part(0.8, 1));
  for (const [path, text] of Object.entries(written)) {
    compareText(path, text, textOf(path, await read(path)));
    note(path, { lines: text.split("\n").length - 1 });
  }
  if (changed) throw changed;
  await report(1, "");
  return { inputs, made, hashes };
}

// Replaces the manifest's hashes of the inputs by those of the commitment's suite; for a file that is withheld there is
// none but the committed one.
async function rehash(suite, read, withheld, hashes) {
  const lines = textOf("commit.txt", await read("commit.txt")).split("\n");
  const committed = new Map(lines.filter((line) => line.startsWith("input ")).map((line) => line.split(" ").slice(1)));
  for (const name of INPUTS) {
    const path = `inputs/${name}`;
    hashes.set(name, withheld.has(path) ? committed.get(name) : hex(await suite.hashFast(await read(path))));
  }
}

function compareText(path, expected, found) {
  if (expected === found) return;
  const [wanted, given] = [expected.split("\n"), found.split("\n")];
  const at = wanted.findIndex((line, row) => line !== given[row]);
  const row = at < 0 ? wanted.length - 1 : at;
  throw new Difference(path, row + 1, "is not what the inputs and the entropy give", wanted[row] ?? "", given[row] ?? "");
}

export function filesOfVector(lines) {
  const files = new Map();
  for (const { file, line } of lines) files.set(file, (files.get(file) ?? "") + line + "\n");
  return new Map([...files].map(([file, text]) => [file, bytesOf(text)]));
}
