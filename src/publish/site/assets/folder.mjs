// The files of the bundle: from beside the page, from a disk, or from a folder that the visitor chose.

import { bytesOf } from "./dr1.mjs";
import { Difference, textOf } from "./draw.mjs";
import { readLedger } from "./ledger.mjs";

export const site = JSON.parse(document.getElementById("site")?.textContent ?? "null");
const isOnDisk = location.protocol === "file:";
const arrived = new Map();
export const chosen = new Map();

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
export async function readFile(path) {
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

// Reads one file of the bundle as text; one that is missing or no UTF-8 is told.
export async function readText(path) {
  const bytes = await readFile(path);
  if (!bytes) throw new Difference(path, 0, "is missing");
  return textOf(path, bytes);
}

// Reads the entries of the ledger that the bundle carries, in their order; none where it carries no ledger.
export async function readEntries() {
  const manifest = JSON.parse(await readText("manifest.json"));
  const paths = manifest.files.map(({ path }) => path).filter((path) => path.startsWith("ledger/"));
  const texts = [];
  for (const path of paths) texts.push({ file: path.slice("ledger/".length), text: await readText(path) });
  return readLedger(texts);
}
