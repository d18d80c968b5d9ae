//! The page that is lodged outside (封存单): a code of sixteen characters and a QR code with the whole hash (protocol §15.3).

use std::fmt::Write;

use qrcodegen::{QrCode, QrCodeEcc};

use crate::ledger::chain::Entry;
use crate::ledger::code::code_of;

/// Blank modules around a QR code, which ISO/IEC 18004 asks for.
const QUIET: i32 = 4;

/// Writes what the QR code of an entry says: ceremony, attempt, number, kind and the entry's whole SHA-256.
pub fn lodged(entry: &Entry) -> String {
    let Entry { ceremony, attempt, number, kind, .. } = entry;
    format!("fairdraw:{ceremony}:{attempt}:{number}:{}:{}", kind.word(), entry.hash())
}

/// Returns the short code of an entry.
pub fn short_code(entry: &Entry) -> String {
    code_of(&entry.hash()).expect("a hash has 64 hex digits")
}

/// Draws a QR code with characters, two modules above each other in one; `None` if the text is too long for one.
pub fn qr_text(text: &str) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let mut drawn = String::new();
    for y in (-QUIET..code.size() + QUIET).step_by(2) {
        for x in -QUIET..code.size() + QUIET {
            // Light on dark, as a terminal shows it; readers take both.
            drawn.push(match (code.get_module(x, y), code.get_module(x, y + 1)) {
                (true, true) => ' ',
                (true, false) => '▄',
                (false, true) => '▀',
                (false, false) => '█',
            });
        }
        drawn.push('\n');
    }
    Some(drawn)
}

/// Draws a QR code as SVG of this width in millimetres; `None` if the text is too long for one.
pub fn qr_svg(text: &str, millimetres: u32) -> Option<String> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = code.size() + 2 * QUIET;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET).expect("a string takes all text");
        }
    }
    Some(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{millimetres}mm\" height=\"{millimetres}mm\" \
         viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"QR\"><path fill=\"#fff\" d=\"M0 0h{size}v{size}H0z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}

/// Writes the page: one sheet of A4, without scripts and without anything from elsewhere.
pub fn html(entry: &Entry) -> String {
    let Entry { ceremony, attempt, number, time, kind, .. } = entry;
    let (code, hash) = (short_code(entry), entry.hash());
    let svg = qr_svg(&lodged(entry), 60).expect("a hash fits a QR code");
    let facts: String = entry.facts.iter().map(|(word, value)| row(word, value)).collect();
    format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<meta charset=\"utf-8\">\n<title>{ceremony} {code}</title>\n\
         <style>@page{{size:A4;margin:18mm}}body{{font:11pt sans-serif;max-width:174mm;margin:auto}}\
         table{{border-collapse:collapse;width:100%}}td{{border:1px solid #888;padding:1mm 2mm;word-break:break-all}}\
         .code{{font:bold 26pt monospace;text-align:center;margin:6mm 0}}.qr{{text-align:center}}</style>\n\
         <h1>双随机抽查封存单 · Seal of a draw</h1>\n\
         <p class=\"code\">{code}</p>\n<p class=\"qr\">{svg}</p>\n\
         <p>请将本页或上述编码在开奖（公共随机源公布）之前交存于本机关之外。事后任何人可用 <code>sha256sum</code> 核对。<br>\
         Lodge this page, or the code above, outside the office before the beacon falls. Afterwards anyone can check it \
         with <code>sha256sum</code>.</p>\n<table>\n{}{}{}{}{}{facts}</table>\n\
         <p>交存人 ____________________　接收人 ____________________　日期 ____________________</p>\n</html>\n",
        row("抽查 · ceremony", ceremony),
        row("次数 · attempt", &attempt.to_string()),
        row("台账 · ledger entry", &format!("{number} {}", kind.word())),
        row("时间 · time", &time.to_string()),
        row("SHA-256", &hash),
    )
}

fn row(name: &str, value: &str) -> String {
    format!("<tr><td>{}</td><td>{}</td></tr>\n", escaped(name), escaped(value))
}

/// Writes text so that HTML shows it as it is.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
