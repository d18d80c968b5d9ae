//! Damage to a bundle: whatever is changed is found, the file is named, and in a table the row.
//!
//! Two lines of a manifest have tests of their own. The version behind `fairdraw ` in `tool` is no finding, by design: it
//! belongs to whoever wrote the bundle, and a later version must be able to verify it; the verdict says that name. A
//! higher number in `format` is no answer instead of a no.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use fairdraw::files::store::bundle::File;
use fairdraw::files::store::bundle::{MANIFEST, Manifest};
use fairdraw::lottery::Entropy;
use fairdraw::run::Made;
use fairdraw::verify::{Evidence, Finding, VerifyError, verify};
use tempfile::TempDir;

use crate::support::{bundle, county, files_below, run, small, small_plan, stdout};

/// Is a bundle on disk whose files can be damaged one after the other.
struct Bundle {
    folder: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
    _holds: TempDir,
}

impl Bundle {
    fn of(made: &Made) -> Bundle {
        let (holds, folder) = bundle(made);
        Bundle { files: files_below(&folder), folder, _holds: holds }
    }

    fn findings(&self) -> Vec<Finding> {
        verify(&self.folder, &Evidence::default(), &mut |_| {}).expect("the question can be answered").findings
    }

    /// Writes other bytes in the place of a file, verifies, and puts the file back.
    fn with(&self, path: &str, bytes: &[u8]) -> Vec<Finding> {
        fs::write(self.folder.join(path), bytes).expect("a file can be written");
        let findings = self.findings();
        self.restore(path);
        findings
    }

    fn restore(&self, path: &str) {
        fs::write(self.folder.join(path), &self.files[path]).expect("a file can be written");
    }

    /// Asserts that damage is found in its file, before any other, and in a text at its line.
    #[track_caller]
    fn assert_found(&self, path: &str, bytes: &[u8], how: &str) {
        let whole = &self.files[path];
        assert_ne!(whole, bytes, "{how}: no damage to {path}");
        let findings = self.with(path, bytes);
        let Some(own) = findings.iter().find(|finding| finding.file == path) else {
            panic!("{how} in {path} is not found: {findings:#?}");
        };
        if path.ends_with(".xlsx") || path == "entropy.txt" {
            return; // neither is a table, and a record has no other one to be compared with
        }
        let lines = |bytes: &[u8]| bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let same = lines(whole).iter().zip(lines(bytes)).take_while(|(a, b)| **a == *b).count() as u32;
        let rows: Vec<Option<u32>> =
            findings.iter().filter(|finding| finding.file == path).map(|finding| finding.row).collect();
        assert!(rows.contains(&Some(same + 1)), "{how} in {path} line {}: {own:#?}", same + 1);
        if path.starts_with("inputs/") {
            assert_eq!(findings[0].file, path, "{how}: the cause comes before its consequences");
        }
    }
}

/// Returns a changed copy of a file.
fn changed(bytes: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    change(&mut copy);
    copy
}

/// Changes the order or number of lines, each with its line feed.
fn with_lines(bytes: &[u8], change: impl FnOnce(&mut Vec<&[u8]>)) -> Vec<u8> {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    change(&mut lines);
    lines.concat()
}

/// Drops a line, counted from 0.
fn without_line(bytes: &[u8], at: usize) -> Vec<u8> {
    with_lines(bytes, |lines| {
        lines.remove(at);
    })
}

fn is_text(path: &str) -> bool {
    !path.ends_with(".xlsx")
}

/// Tells whether a byte of the manifest belongs to the name of the program or to the number of the format.
fn may_change(path: &str, bytes: &[u8], at: usize) -> bool {
    let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count();
    path == MANIFEST && (1..=2).contains(&line)
}

#[test]
fn a_sound_bundle_is_verified() {
    // Without it a verifier that cries at everything would pass the tests below.
    assert_eq!(Bundle::of(small_plan()).findings(), []);
}

#[test]
fn a_changed_byte_is_found_in_every_file() {
    // Without it a name, a ticket or a date could be altered after the ceremony.
    let bundle = Bundle::of(small_plan());
    for (path, bytes) in &bundle.files {
        // Fifteen places all over the file and, in a text, the first and the last byte of some lines.
        let mut places: Vec<usize> = (0..15).map(|part| part * (bytes.len() - 1) / 14).collect();
        if is_text(path) {
            let ends = (0..bytes.len()).filter(|at| bytes[*at] == b'\n');
            places.extend(ends.step_by(9).flat_map(|at| [at, at.saturating_sub(1), (at + 1).min(bytes.len() - 1)]));
        }
        places.sort_unstable();
        places.dedup();
        for at in places.into_iter().filter(|at| !may_change(path, bytes, *at)) {
            let damaged = changed(bytes, |copy| copy[at] ^= 1);
            bundle.assert_found(path, &damaged, &format!("byte {at} changed"));
        }
    }
}

#[test]
fn lines_that_are_dropped_swapped_or_inserted_are_found() {
    // Without it a visit could vanish, a rank could be traded, or a friend be added to a list.
    let bundle = Bundle::of(small_plan());
    for (path, bytes) in bundle.files.iter().filter(|(path, _)| is_text(path)) {
        let count = bytes.iter().filter(|byte| **byte == b'\n').count();
        let some = |n: usize| (0..n).filter(move |at| n <= 12 || at % (n / 6) == 0 || at + 1 == n);
        for at in some(count) {
            bundle.assert_found(path, &without_line(bytes, at), &format!("line {} dropped", at + 1));
            let inserted = with_lines(bytes, |lines| lines.insert(at, b"x,y,z\n"));
            bundle.assert_found(path, &inserted, &format!("a line inserted before {}", at + 1));
        }
        for at in some(count.saturating_sub(1)) {
            let swapped = with_lines(bytes, |lines| lines.swap(at, at + 1));
            if swapped != *bytes {
                bundle.assert_found(path, &swapped, &format!("lines {} and {} swapped", at + 1, at + 2));
            }
        }
        bundle.assert_found(path, &changed(bytes, |copy| copy.extend(b"x\n")), "a line added at the end");
    }
}

#[test]
fn a_file_that_is_deleted_or_added_is_found() {
    // Without it a list could be withheld, or a forged one be slipped in.
    let bundle = Bundle::of(small_plan());
    for path in bundle.files.keys() {
        fs::remove_file(bundle.folder.join(path)).expect("a file can be removed");
        let findings = bundle.findings();
        bundle.restore(path);
        assert!(findings.iter().any(|finding| finding.file == *path), "{path} deleted: {findings:#?}");
    }
    for path in ["notes.txt", "samples.csv.bak", "inputs/entities-2.csv", "inputs/more/plan.toml"] {
        let target = bundle.folder.join(path);
        fs::create_dir_all(target.parent().expect("a file lies in a folder")).expect("a folder can be made");
        fs::write(&target, b"x\n").expect("a file can be written");
        let findings = bundle.findings();
        fs::remove_file(&target).expect("a file can be removed");
        assert!(findings.iter().any(|finding| finding.file == path), "{path} added: {findings:#?}");
    }
    assert_eq!(bundle.findings(), [], "the bundle is whole again");
}

#[test]
fn another_format_is_no_answer_and_another_program_is_told() {
    // Without it a bundle of the future would be called forged, or one of the past could not be verified.
    let bundle = Bundle::of(small_plan());
    let manifest = String::from_utf8(bundle.files[MANIFEST].clone()).expect("the manifest is text");
    let put = |from: &str, to: &str| {
        let text = manifest.replace(from, to);
        assert_ne!(text, manifest);
        fs::write(bundle.folder.join(MANIFEST), text).expect("a file can be written");
        verify(&bundle.folder, &Evidence::default(), &mut |_| {})
    };
    let future = put("fairdraw bundle 1", "fairdraw bundle 2");
    assert!(matches!(future, Err(VerifyError::Format(format)) if format == "fairdraw bundle 2"));
    let past = put(concat!("fairdraw ", env!("CARGO_PKG_VERSION")), "fairdraw 0.0.7").expect("an answer");
    assert_eq!((past.findings, past.tool.as_str()), (Vec::new(), "fairdraw 0.0.7"));
    let forged = put("fairdraw bundle 1", "another bundle 1").expect("an answer");
    assert_eq!(forged.findings.iter().map(|finding| finding.file.as_str()).collect::<Vec<_>>(), [MANIFEST]);
}

#[test]
fn another_seed_is_found() {
    // Without it a second try could be published under the seed of the first.
    let bundle = Bundle::of(small_plan());
    let other = Entropy::from_seed("smaller").expect("the seed is printable");
    let evidence = Evidence { entropy: Some(other.clone()), ..Evidence::default() };
    let findings = verify(&bundle.folder, &evidence, &mut |_| {}).expect("an answer").findings;
    assert_eq!((findings[0].file.as_str(), findings[0].row), ("entropy.txt", Some(2)));
    assert_eq!((&*findings[0].expected.en, &*findings[0].found.en), ("seed smaller", "seed small"));
    bundle.assert_found("entropy.txt", other.text().as_bytes(), "another record");
    let right = Evidence { entropy: Entropy::from_seed("small").ok(), ..Evidence::default() };
    assert_eq!(verify(&bundle.folder, &right, &mut |_| {}).expect("an answer").findings, []);
}

/// Writes a manifest that agrees with the files as they now are.
fn rewrite_manifest(folder: &Path, made: &Made) {
    let mut files: Vec<File> = files_below(folder).into_iter().map(|(path, bytes)| File { path, bytes }).collect();
    files.retain(|file| file.path != MANIFEST);
    let rules = &made.inputs.rules;
    let manifest = Manifest::of(&files, rules.suite, &rules.period, &rules.region, made.summary.witnessed);
    fs::write(folder.join(MANIFEST), manifest.text()).expect("a file can be written");
}

#[test]
fn inputs_changed_together_with_the_manifest_are_found_to_the_row() {
    // Without it an office could take a friend out of the registry after the draw, or let an officer in.
    let made = small_plan();
    let whole = Bundle::of(made);
    let line = |path: &str, part: &str| {
        let text = String::from_utf8(whole.files[path].clone()).expect("the table is text");
        text.lines().position(|line| line.contains(part)).expect("the table has the line")
    };
    let drawn = &made.inputs.entities[made.plan.samples[0].drawn[0].at as usize].id;
    let entity = line("inputs/entities.csv", drawn);
    let officer = line("inputs/inspectors.csv", "D02000");
    let added = b"D02000A,\xe6\x96\xb0\xe4\xba\xba,D02,2022-01-01,2027-12-31,valid,,,,,no\n";
    let cases: [(&str, usize, Vec<u8>); 2] = [
        ("inputs/entities.csv", entity + 1, without_line(&whole.files["inputs/entities.csv"], entity)),
        (
            "inputs/inspectors.csv",
            officer + 2,
            with_lines(&whole.files["inputs/inspectors.csv"], |lines| lines.insert(officer + 1, added)),
        ),
    ];
    for (path, row, bytes) in cases {
        let bundle = Bundle::of(made);
        fs::write(bundle.folder.join(path), bytes).expect("a file can be written");
        rewrite_manifest(&bundle.folder, made);
        let findings = bundle.findings();
        let found = findings.iter().find(|finding| finding.file == path);
        assert_eq!(found.and_then(|finding| finding.row), Some(row as u32), "{path}: {findings:#?}");
        assert!(findings.iter().any(|finding| finding.file == "commit.txt"), "the commitment is another one");
    }
}

#[test]
fn a_bundle_made_anew_from_other_inputs_is_found_by_who_has_the_right_ones() {
    // Without it a whole second plan could take the place of the sealed one; only the auditor's own tables tell.
    let mut workspace = small();
    let gone = &small_plan().inputs.entities[small_plan().plan.samples[0].drawn[0].at as usize];
    let text = workspace.0.get_mut("entities.csv").expect("the table is there");
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with(&gone.id)).collect();
    *text = kept.join("\n") + "\n";
    let recusals: String = workspace.0["recusals.csv"]
        .lines()
        .filter(|line| !line.contains(&gone.id))
        .map(|line| format!("{line}\n"))
        .collect();
    workspace.put("recusals.csv", &recusals);
    let forged = Bundle::of(&workspace.plan("small"));
    assert_eq!(forged.findings(), [], "the forgery is sound in itself");
    let right = small().on_disk();
    let evidence = Evidence { inputs: Some(right.path()), ..Evidence::default() };
    let findings = verify(&forged.folder, &evidence, &mut |_| {}).expect("an answer").findings;
    assert_eq!(findings[0].file, "inputs/entities.csv", "{findings:#?}");
    assert!(findings[0].expected.en.starts_with(&gone.id), "{findings:#?}");
    let own = small().on_disk();
    let evidence = Evidence { inputs: Some(own.path()), ..Evidence::default() };
    let sound = Bundle::of(small_plan());
    assert_eq!(verify(&sound.folder, &evidence, &mut |_| {}).expect("an answer").findings, []);
}

#[test]
fn the_program_says_no_with_file_and_row() {
    // Without it a script that asks for the exit status would take a forged bundle for a sound one.
    let bundle = Bundle::of(small_plan());
    let damaged = with_lines(&bundle.files["teams.csv"], |lines| lines.swap(3, 4));
    fs::write(bundle.folder.join("teams.csv"), damaged).expect("a file can be written");
    let output = run(["verify".as_ref(), bundle.folder.as_os_str()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        stdout(&output).starts_with("not verified: 1 of the files differs\n  teams.csv:4: "),
        "{}",
        stdout(&output)
    );
    bundle.restore("teams.csv");
    assert_eq!(run(["replay".as_ref(), bundle.folder.as_os_str()]).status.code(), Some(0));
}

#[test]
fn damage_to_the_county_is_found() {
    // Without it a table of 125,000 rows could hide what a small one shows.
    let bundle = Bundle::of(county());
    let files = &bundle.files;
    let middle = |path: &str| files[path].len() / 2;
    for path in ["inputs/entities.csv", "samples.csv", "schedule.xlsx"] {
        let damaged = changed(&files[path], |copy| copy[middle(path)] ^= 1);
        bundle.assert_found(path, &damaged, "a byte in the middle changed");
    }
    let count = |path: &str| files[path].iter().filter(|byte| **byte == b'\n').count();
    for path in ["inputs/entities.csv", "visits.csv"] {
        let at = count(path) * 2 / 3;
        bundle.assert_found(path, &without_line(&files[path], at), "a line dropped");
    }
    for path in ["inputs/history.csv", "teams.csv"] {
        let at = count(path) / 3;
        let swapped = with_lines(&files[path], |lines| lines.swap(at, at + 1));
        bundle.assert_found(path, &swapped, "two lines swapped");
    }
    let officer = b"4113819920240001,\xe6\x96\xb0\xe4\xba\xba,D01,2022-01-01,2027-12-31,valid,,,,,no\n";
    let last = count("inputs/inspectors.csv");
    let more = with_lines(&files["inputs/inspectors.csv"], |lines| lines.insert(last, officer));
    bundle.assert_found("inputs/inspectors.csv", &more, "an officer added");
}
