// 检查通知书 (the notice of a visit), written from PROTOCOL.md alone: §16.2, the line that its QR code holds.

import { hex } from "./dr1.mjs";
import { readCsv } from "./draw.mjs";
import { suiteOf } from "./ledger.mjs";
import { leadsTo } from "./proof.mjs";

const COLUMNS = ["salt", "visit_id", "entity_id", "township", "date", "half", "tasks", "items", "agencies", "lead", "teams"];

// Reads `FDN1 <ceremony> <attempt> <entry> <index>/<size> <path> <row>`; null for anything else.
export function readNotice(text) {
  const found = /^FDN1 (\S+) ([1-9]\d{0,9}) ([1-9]\d{0,9}) (0|[1-9]\d{0,9})\/([1-9]\d{0,9}) (-|[\w-]+) (.+)$/.exec(text.trim());
  if (!found) return null;
  const [, ceremony, attempt, entry, index, size, packed, row] = found;
  const path = pathOf(packed);
  if (!path) return null;
  return { ceremony, attempt: Number(attempt), entry: Number(entry), proof: { index: Number(index), size: Number(size), path }, row };
}

// Unpacks hashes of 32 bytes from base64url without padding; null if it would be written otherwise.
function pathOf(packed) {
  if (packed === "-") return [];
  let bytes;
  try {
    bytes = Uint8Array.from(atob(packed.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
  const again = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  if (again !== packed || bytes.length % 32) return null;
  return Array.from({ length: bytes.length / 32 }, (_, at) => bytes.subarray(32 * at, 32 * at + 32));
}

// Holds a notice against a ledger: `fault` says why it proves nothing, or is null; `draw` is its entry, `visit` its row
// by column, and `later` what may have changed the visit since: an amendment does not tell which one it is about.
export function checkNotice(notice, entries) {
  const { ceremony, attempt, entry, proof, row } = notice;
  const own = entries.filter((one) => one.ceremony === ceremony && one.attempt === attempt);
  const draw = own.find((one) => one.number === entry && (one.kind === "DRAW" || one.kind === "AMEND"));
  if (!draw) return { fault: "no-draw" };
  const [size, root] = draw.fact("notices")?.split(" ") ?? [];
  const suite = suiteOf(entries, ceremony, attempt);
  if (!root) return { fault: "no-root", draw };
  if (Number(size) !== proof.size || !suite || !leadsTo(root, row, proof, suite)) return { fault: "not-in-plan", draw };
  const fields = readCsv("notice", `${row}\n`)[0];
  const visit = Object.fromEntries(COLUMNS.map((name, at) => [name, fields[at] ?? ""]));
  const later = own.filter((one) => one.number > entry && (one.kind === "VOID" || one.kind === "AMEND"));
  return { fault: null, draw, visit, later, steps: proof.path.map(hex) };
}
