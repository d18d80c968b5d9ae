// Runs tests/vectors against the site's JavaScript, under Node or in a page:
//
//     node scripts/site-vectors.mjs [tests/vectors]
//
// The browser test imports `run` into the published page and hands it the page's own functions.

// Runs all vectors; `code` holds the functions of dr1.mjs and draw.mjs, `read(name)` gives a parsed file.
// Returns the number of cases; throws at the first that differs.
export async function run(code, read) {
  let cases = 0;
  const equal = (what, expected, found) => {
    cases++;
    const [a, b] = [JSON.stringify(expected), JSON.stringify(found)];
    if (a !== b) throw new Error(`${what}: expected ${a}, found ${b}`);
  };
  const { bytesOf, hex, unhex } = code;

  for (const { id, iv } of (await read("ids.json")).cases) equal(`iv of ${id}`, iv, hex(code.ivOf(id)));

  const records = await read("entropy.json");
  for (const { record, sha256, pre_beacon, prk, witnessed } of records.good) {
    const bytes = bytesOf(record);
    const found = code.readEntropy(bytes);
    equal("record", sha256, hex(code.sha256(bytes)));
    equal("record, WebCrypto", sha256, hex(await code.sha256Fast(bytes)));
    equal("pre-beacon", pre_beacon, hex(code.sha256(found.beforeBeacon)));
    equal("prk", prk, hex(await code.prkOf(bytes)));
    equal("witnessed", witnessed, found.witnessed);
  }
  for (const { record, record_hex, reason, line, why } of records.must_fail) {
    let refusal = null;
    try {
      code.readEntropy(record_hex === undefined ? bytesOf(record) : unhex(record_hex));
    } catch (error) {
      refusal = error;
    }
    equal(`refusal of ${why}`, [reason, line], [refusal?.reason, refusal?.line]);
  }

  const keys = await read("keys.json");
  for (const { ikm, salt, prk } of keys.rfc5869) {
    equal("rfc5869", prk, hex(await code.hmac(unhex(salt), unhex(ikm))));
    equal("rfc5869, own", prk, hex(code.hmacSlow(unhex(salt), unhex(ikm))));
  }
  for (const { record, prk } of keys.extract) equal("extract", prk, hex(await code.prkOf(bytesOf(record))));
  for (const { prk, label, key } of keys.expand) equal(label, key, hex(await code.keyOf(unhex(prk), label)));

  const tickets = await read("tickets.json");
  for (const { key, iv, block } of tickets.rfc8439) equal("rfc8439", block, hex(code.blockOf(unhex(key), unhex(iv))));
  for (const { key, id, iv, ticket } of [...tickets.published, ...tickets.derived]) {
    equal(`iv of ${id}`, iv, hex(code.ivOf(id)));
    equal(`ticket of ${id}`, ticket, code.ticketOf(code.blockOf(unhex(key), code.ivOf(id))));
  }
  for (const { key, id, words } of tickets.blocks) {
    equal(`words of ${id}`, words.join(""), hex(code.blockOf(unhex(key), code.ivOf(id))));
  }

  for (const { rate, population, rounding, n } of (await read("rates.json")).cases) {
    equal(`${rate} of ${population} ${rounding}`, n, code.sizeOf(code.readRate(rate), population, rounding));
  }

  orders(code, equal, (await read("order.json")).cases, code.DR1);
  await teams(code, equal, (await read("teams.json")).cases, code.DR1);

  const trees = await read("merkle.json");
  const texts = trees.cases.map(({ leaves, root }) => ({ leaves, root }));
  const raw = trees.reference.map(({ leaves_hex, root }) => ({ leaves: leaves_hex.map(unhex), root }));
  for (const { leaves, root } of [...texts, ...raw]) {
    const hashes = leaves.map((leaf) => code.leafHash(leaf));
    const tree = code.treeOf(hashes);
    equal("root", root, hex(code.rootOf(hashes)));
    equal("root of the tree", root, hex(tree.root));
    for (const [at, leaf] of leaves.entries()) {
      const proof = code.readProof(code.proofText(code.proofOf(tree, at)));
      equal("proof", true, code.leadsTo(root, leaf, proof));
      equal("proof for another leaf", false, code.leadsTo(root, "another", proof));
      equal("proof for another place", false, code.leadsTo(root, leaf, { ...proof, index: at + 1 }));
      if (proof.path.length) equal("proof cut short", false, code.leadsTo(root, leaf, { ...proof, path: proof.path.slice(1) }));
    }
  }
  for (const { leaves, root } of texts) absences(code, equal, leaves, root);

  await wholeDraw(code, equal, await read("draw.json"));
  await nationalSuite(code, equal, read);
  return cases;
}

function orders(code, equal, cases, suite) {
  const { hex, unhex } = code;
  for (const { what, key, entries, n, reserve, ...expected } of cases) {
    const places = entries.map(({ id, balls, behind }) => ({
      id, ...code.placeOf(unhex(key), code.ivOf(id, suite), balls, behind, suite),
    }));
    places.sort(code.byPlace);
    const cutoff = code.cutoffOf(places[n - 1], entries.every(({ balls }) => balls === 1));
    equal(`${what}: sample`, expected.sample, places.slice(0, n).map(({ id }) => id));
    equal(`${what}: reserve`, expected.reserve_ids, places.slice(n, n + reserve).map(({ id }) => id));
    equal(`${what}: cut-off`, expected.cutoff, cutoff);
    equal(`${what}: order`, expected.order, places.map(({ id }) => id));
    for (const [at, place] of places.entries()) equal(`${what}: within`, at < n, code.isWithin(place, cutoff));
  }

}

async function teams(code, equal, cases, suite) {
  const { hex, unhex } = code;
  for (const { prk, label, key, officers } of cases) {
    const found = await code.keyOf(unhex(prk), label, suite);
    equal(label, key, hex(found));
    for (const { certificate, ticket } of officers) {
      equal(certificate, ticket, code.ticketOf(code.blockOf(found, code.ivOf(certificate, suite), suite)));
    }
  }
}

async function wholeDraw(code, equal, whole) {
  const { bytesOf, hex } = code;
    const files = code.filesOfVector(whole.inputs.map(({ file, line }) => ({ file: `inputs/${file}`, line })));
  const entropy = typeof whole.entropy === "string" ? whole.entropy : whole.entropy.map(({ line }) => line + "\n").join("");
  files.set("entropy.txt", bytesOf(entropy));
  const inputs = await code.load((path) => files.get(path) ?? null);
  const made = await code.frames(inputs);
  await code.draw(inputs, made.strata);
  const hashes = new Map(code.INPUTS.map((name) => [name, hex(inputs.suite.hash(files.get(`inputs/${name}`)))]));
  const written = await code.results(inputs, made, hashes);
  for (const [file, bytes] of code.filesOfVector(whole.results)) {
    if (written[file] !== undefined) equal(file, new TextDecoder().decode(bytes), written[file]);
  }
}

// The suite of §19: its primitives by themselves, and all that the other files have for dr1.
async function nationalSuite(code, equal, read) {
  const { bytesOf, hex, unhex } = code;
  const vectors = await read("gm.json");
  const suite = code.SUITES["dr1-gm"];
  for (const { message, digest } of vectors.sm3) equal("sm3", digest, hex(suite.hash(unhex(message))));
  for (const { key, block, output } of vectors.sm4) {
    const found = new Uint8Array(16);
    code.sm4(unhex(key), unhex(block), found, 0);
    equal("sm4", output, hex(found));
  }
  for (const { key, message, mac } of vectors.hmac) equal("hmac", mac, hex(await suite.hmac(unhex(key), unhex(message))));
  for (const { id, iv } of vectors.ids) equal(`iv of ${id}`, iv, hex(code.ivOf(id, suite)));
  for (const { record, prk, pre_beacon } of vectors.extract) {
    equal("prk", prk, hex(await code.prkOf(bytesOf(record), suite)));
    equal("pre-beacon", pre_beacon, hex(suite.hash(code.readEntropy(bytesOf(record)).beforeBeacon)));
  }
  for (const { prk, label, key } of vectors.expand) equal(label, key, hex(await code.keyOf(unhex(prk), label, suite)));
  for (const { key, id, iv, ticket } of vectors.tickets) {
    equal(`iv of ${id}`, iv, hex(code.ivOf(id, suite)));
    equal(`ticket of ${id}`, ticket, code.ticketOf(code.blockOf(unhex(key), code.ivOf(id, suite), suite)));
  }
  for (const { key, id, words } of vectors.blocks) {
    equal(`words of ${id}`, words.join(""), hex(code.blockOf(unhex(key), code.ivOf(id, suite), suite)));
  }
  orders(code, equal, vectors.order, suite);
  await teams(code, equal, vectors.teams, suite);
  for (const { leaves, root } of vectors.merkle) {
    const tree = code.treeOf(leaves.map((leaf) => code.leafHash(leaf, suite)), suite);
    equal("root", root, hex(tree.root));
    equal("root in one pass", root, hex(code.rootOf(leaves.map((leaf) => code.leafHash(leaf, suite)), suite)));
    for (const [at, leaf] of leaves.entries()) {
      equal("proof", true, code.leadsTo(root, leaf, code.proofOf(tree, at), suite));
      equal("proof under the other suite", false, code.leadsTo(root, leaf, code.proofOf(tree, at)));
    }
  }
  for (const { suite: name } of vectors.must_fail) equal(`suite ${name}`, undefined, code.SUITES[name]);
  const whole = await read("gm_draw.json");
  await wholeDraw(code, equal, whole);
  // Another name, and the default spelt out, stand in no frozen plan.
  for (const name of [...vectors.must_fail.map((one) => one.suite), "dr1"]) {
    const inputs = whole.inputs.map(({ file, line }) => ({ file: `inputs/${file}`, line: line.replace('"dr1-gm"', `"${name}"`) }));
    const files = code.filesOfVector(inputs);
    files.set("entropy.txt", bytesOf(whole.entropy.map(({ line }) => line + "\n").join("")));
    const refusal = await code.load((path) => files.get(path) ?? null).then(() => null, (error) => error.file);
    equal(`plan with the suite ${name}`, "inputs/plan.toml", refusal);
  }
}

// Proves between all leaves of a tree, and at its ends, that an id is not there; a gap of two is no proof.
function absences(code, equal, leaves, root) {
  const sorted = leaves.every((leaf, at) => at === 0 || code.byBytes(leaves[at - 1], leaf) < 0);
  if (!sorted) return;
  const [tree, idOf] = [code.treeOf(leaves.map((leaf) => code.leafHash(leaf))), (leaf) => leaf];
  for (const id of ["", ...leaves.map((leaf) => leaf + "!")]) {
    const absence = code.absenceOf(leaves, tree, id, idOf);
    equal(`absence of ${id}`, true, code.isAbsent(absence, id, leaves.length, root, idOf));
    equal("absence in another tree", false, code.isAbsent(absence, id, leaves.length, "0".repeat(64), idOf));
    if (absence.after) equal("half an absence", false, code.isAbsent({ ...absence, after: null }, id, leaves.length, root, idOf));
  }
  for (const leaf of leaves) equal("a leaf that is there", null, code.absenceOf(leaves, tree, leaf, idOf));
}

if (typeof process !== "undefined" && process.argv[1]?.endsWith("site-vectors.mjs")) {
  const { readFile } = await import("node:fs/promises");
  const folder = process.argv[2] ?? "tests/vectors";
  const assets = new URL("../src/publish/site/assets/", import.meta.url);
  const modules = ["gm.mjs", "dr1.mjs", "draw.mjs", "proof.mjs", "ledger.mjs"].map((name) => import(new URL(name, assets)));
  const code = Object.assign({}, ...(await Promise.all(modules)));
  const cases = await run(code, async (name) => JSON.parse(await readFile(`${folder}/${name}`, "utf8")));
  console.log(`${cases} comparisons over the vectors of ${folder} agree`);
}
