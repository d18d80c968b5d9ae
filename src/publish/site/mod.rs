//! The public site (一公开): a folder of static files that any web server or USB stick serves.
//!
//! Nothing on it comes from elsewhere and nothing is sent anywhere. Its JavaScript is a third implementation of the
//! lottery, written from `PROTOCOL.md`; here it is only put together, never changed.

mod pictures;
mod sealed;
mod statistics;
mod view;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;

use self::sealed::Sealed;
use crate::files::store::bundle::File;
use crate::lang::Lang;
use crate::ledger::chain::Entry;
use crate::plan::amend::Changed;
use crate::run::Made;

/// Says how the site names officers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Officers {
    /// The number of the certificate alone; tables that hold names stay unpublished.
    #[default]
    Certificate,
    /// Name and number; the whole bundle is published.
    Name,
}

/// Name of the file that marks a folder as a site.
pub const MARK: &str = "site.json";

/// Holds what `site.json` and the page's script are told.
#[derive(Debug, Serialize)]
struct Mark<'a> {
    format: &'static str,
    period: &'a str,
    region: &'a str,
    /// Files of the bundle that are committed to but not published.
    withheld: &'a [&'static str],
}

const COMMIT: &str = "commit.txt";

const MODULES: [(&str, &str); 10] = [
    ("gm.mjs", include_str!("assets/gm.mjs")),
    ("dr1.mjs", include_str!("assets/dr1.mjs")),
    ("draw.mjs", include_str!("assets/draw.mjs")),
    ("proof.mjs", include_str!("assets/proof.mjs")),
    ("ledger.mjs", include_str!("assets/ledger.mjs")),
    ("notice.mjs", include_str!("assets/notice.mjs")),
    ("show.mjs", include_str!("assets/show.mjs")),
    ("folder.mjs", include_str!("assets/folder.mjs")),
    ("check.mjs", include_str!("assets/check.mjs")),
    ("page.mjs", include_str!("assets/page.mjs")),
];

/// Files that name officers, their ties or their absences.
const ABOUT_OFFICERS: [&str; 3] = ["inputs/inspectors.csv", "inputs/recusals.csv", "schedule.xlsx"];

/// Returns the files of a bundle that are not published, as paths in it.
pub fn withheld(officers: Officers) -> &'static [&'static str] {
    match officers {
        Officers::Certificate => &ABOUT_OFFICERS,
        Officers::Name => &[],
    }
}

/// Holds what a site is made of.
#[derive(Clone, Copy, Debug)]
pub struct Publication<'a> {
    pub made: &'a Made,
    /// All files of the bundle as it stands there, which may hold more than a plan's own: a ceremony's ledger.
    pub files: &'a [File],
    /// The office's ledger; empty where no ceremony was held.
    pub ledger: &'a [Entry],
    /// What was changed since the draw; `made` holds the plan as it stands now.
    pub changes: &'a [Changed],
    /// Void attempts that are public: number, and files for reading.
    pub voids: &'a [(u32, Vec<File>)],
    pub officers: Officers,
    /// Language that the pages open in; both, side by side, if not given.
    pub lang: Option<Lang>,
}

/// Writes the site of a plan, sorted by path.
pub fn write(publication: &Publication<'_>) -> Vec<File> {
    let Publication { made, files, ledger, changes, voids, officers, lang } = *publication;
    // What came after the draw is no part of what the script replays.
    let (after, bundle): (Vec<File>, Vec<File>) =
        files.iter().cloned().partition(|file| file.path.starts_with("after/"));
    let bundle = bundle.as_slice();
    let withheld = withheld(officers);
    let (page, drawings) = view::page(made, bundle, changes, officers, withheld);
    let commit = bundle.iter().find(|file| file.path == COMMIT).expect("a bundle has its commitment");
    let sealed = Sealed::of(&String::from_utf8_lossy(&commit.bytes), ledger);
    let mark = mark(&sealed, withheld);
    let env = environment();
    let render = |name: &str, title: &str| {
        let site_json = embedded(&mark);
        let entries_json = entries_json(&sealed, ledger);
        let values = context! { title, pages => true, site_json, entries_json, lang => code(lang) };
        let values = context! { ..values, ..Value::from_serialize(&page) };
        rendered(&env, name, context! { ..values, ..Value::from_serialize(&sealed) })
    };
    let mut files = vec![
        render("index.html", "总览"),
        render("list.html", "抽查对象名单"),
        render("visits.html", "检查安排"),
        render("check.html", "自查与核验"),
    ];
    files.extend(drawings);
    files.extend(chain_page(&env, &sealed, ledger, made.summary.witnessed, true, lang));
    for file in bundle.iter().filter(|file| !withheld.contains(&file.path.as_str())) {
        files.push(text(&format!("data/{}.js", file.path), as_script(file)));
        files.push(File { path: format!("bundle/{}", file.path), bytes: file.bytes.clone() });
    }
    files.extend(after.into_iter().map(|file| File { path: format!("bundle/{}", file.path), ..file }));
    for (number, of_void) in voids {
        let named = of_void.iter().map(|file| File { path: format!("void/{number}/{}", file.path), ..file.clone() });
        files.extend(named);
    }
    finish(files, &mark)
}

/// Writes the site from before the visits: the commitment, the ledger, and nothing that chance has decided.
pub fn write_sealed(commit: &str, ledger: &[Entry], lang: Option<Lang>) -> Vec<File> {
    let sealed = Sealed::of(commit, ledger);
    let mark = mark(&sealed, &[]);
    let env = environment();
    let values = context! { title => "承诺", pages => false, witnessed => true, lang => code(lang) };
    let values = context! { ..values, ..Value::from_serialize(&sealed) };
    let index = File { path: "index.html".to_owned(), ..rendered(&env, "sealed.html", values) };
    let mut files = vec![index, text(COMMIT, commit.to_owned())];
    files.extend(chain_page(&env, &sealed, ledger, true, false, lang));
    finish(files, &mark)
}

/// Writes the page of the ledger and its entries as files; nothing where there is no ledger.
fn chain_page(
    env: &Environment<'_>,
    sealed: &Sealed,
    ledger: &[Entry],
    witnessed: bool,
    pages: bool,
    lang: Option<Lang>,
) -> Vec<File> {
    let mut files = vec![text("assets/site.js", script())];
    if ledger.is_empty() {
        return if pages { files } else { Vec::new() };
    }
    let entries_json = entries_json(sealed, ledger);
    let values = context! { title => "台账", pages, witnessed, entries_json, lang => code(lang) };
    files.push(rendered(env, "ledger.html", context! { ..values, ..Value::from_serialize(sealed) }));
    files.extend(ledger.iter().map(|entry| text(&format!("ledger/{}", entry.file()), entry.text())));
    files
}

/// Writes the commitment and the entries for a page's script.
fn entries_json(sealed: &Sealed, ledger: &[Entry]) -> Value {
    let files: Vec<_> = ledger.iter().map(|entry| context! { file => entry.file(), text => entry.text() }).collect();
    embedded(&context! { commit => sealed.commit(), files })
}

/// Writes a value as JSON that can stand within a page.
fn embedded(value: &impl Serialize) -> Value {
    let json = serde_json::to_string(value).expect("what pages embed is plain JSON");
    Value::from_safe_string(json.replace('<', "\\u003c"))
}

fn code(lang: Option<Lang>) -> &'static str {
    lang.map_or("", |lang| lang.pick("en", "zh"))
}

fn mark<'a>(sealed: &'a Sealed, withheld: &'a [&'static str]) -> Mark<'a> {
    Mark { format: "fairdraw site 1", period: sealed.period(), region: sealed.region(), withheld }
}

fn finish(mut files: Vec<File>, mark: &Mark<'_>) -> Vec<File> {
    files.push(text("assets/style.css", include_str!("assets/style.css").to_owned()));
    files.push(text("assets/language.js", include_str!("assets/language.js").to_owned()));
    files.push(text(MARK, serde_json::to_string_pretty(mark).expect("the mark is plain JSON") + "\n"));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn rendered(env: &Environment<'_>, name: &str, values: Value) -> File {
    let page = env.get_template(name).and_then(|template| template.render(values));
    text(name, page.expect("the templates use only what their page holds"))
}

/// Makes the environment of a template; also used by the sheets for officers.
pub(in crate::publish) fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.set_trim_blocks(false);
    env.add_function("both", |chinese: String, english: String| {
        Value::from_safe_string(match chinese == english {
            true => escape(&chinese),
            false => {
                format!("<span lang=\"zh\">{}</span> <span lang=\"en\">{}</span>", escape(&chinese), escape(&english))
            }
        })
    });
    let templates = [
        ("base.html", include_str!("templates/base.html")),
        ("commitment.html", include_str!("templates/commitment.html")),
        ("proof.html", include_str!("templates/proof.html")),
        ("ledger.html", include_str!("templates/ledger.html")),
        ("sealed.html", include_str!("templates/sealed.html")),
        ("index.html", include_str!("templates/index.html")),
        ("list.html", include_str!("templates/list.html")),
        ("visits.html", include_str!("templates/visits.html")),
        ("check.html", include_str!("templates/check.html")),
    ];
    for (name, source) in templates {
        env.add_template(name, source).expect("the templates are tested");
    }
    env
}

/// Joins the modules to one plain script, because a page that is opened from a disk may not load modules.
///
/// Imports go, and what was exported becomes a property of `fairdraw`; no other character changes.
fn script() -> String {
    let mut joined =
        "// Joined from the modules named below; nothing else was changed.\n(() => {\n\"use strict\";\n".to_owned();
    let mut exported = Vec::new();
    for (name, source) in MODULES {
        joined.push_str(&format!("\n// ======== {name} ========\n\n"));
        let mut is_import = false;
        for line in source.lines() {
            is_import |= line.starts_with("import ");
            if is_import {
                is_import = !line.ends_with(';');
                continue;
            }
            let own = line.strip_prefix("export ");
            if let Some(declared) = own {
                let words = declared
                    .split([' ', '('])
                    .filter(|word| !matches!(*word, "async" | "function" | "const" | "class"));
                exported.extend(words.take(1).map(str::to_owned));
            }
            joined.push_str(own.unwrap_or(line));
            joined.push('\n');
        }
    }
    joined.push_str(&format!("\nglobalThis.fairdraw = {{ {} }};\n}})();\n", exported.join(", ")));
    joined
}

/// Writes a file of the bundle as a call of the page's script, for pages that are opened from a disk.
fn as_script(file: &File) -> String {
    let content = match std::str::from_utf8(&file.bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => format!("hex:{}", crate::ledger::hash::hex(&file.bytes)),
    };
    let json = |text: &str| serde_json::to_string(text).expect("a text is JSON");
    format!("fairdrawFile({}, {});\n", json(&file.path), json(&content))
}

fn text(path: &str, text: String) -> File {
    File { path: path.to_owned(), bytes: text.into_bytes() }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
