//! Errors in both languages: every variant of every error that can reach a person.

use std::collections::BTreeSet;
use std::fmt::{Debug, Display};
use std::fs;
use std::io;
use std::path::PathBuf;

use fairdraw::audit::bundles::AuditError;
use fairdraw::both;
use fairdraw::ceremony::CeremonyError;
use fairdraw::ceremony::drand::DrandError;
use fairdraw::files::decode::sheet::SheetError;
use fairdraw::files::store::bundle::BundleError;
use fairdraw::files::store::ledger::LedgerError;
use fairdraw::files::store::results::ResultsError;
use fairdraw::lang::{Say, Text};
use fairdraw::ledger::chain::ChainError;
use fairdraw::ledger::note::NoteError;
use fairdraw::ledger::notice::NoticeError;
use fairdraw::ledger::proof::ProofError;
use fairdraw::ledger::state::Refusal;
use fairdraw::lottery::entropy::EntropyError;
use fairdraw::plan::amend::AmendError;
use fairdraw::plan::check::{Violation, rule};
use fairdraw::scan::JobError;
use fairdraw::scan::check::CheckError;
use fairdraw::scenario::ReferenceError;
use fairdraw::verify::VerifyError;
use jiff::civil::{DateTime, date};

use crate::support::{english_sentence, has_chinese, project};

/// Asserts that an enum of a source file is told in both languages, variant by variant, none left out.
fn assert_told<E: Say + Display + Debug>(source: &str, name: &str, errors: &[E]) {
    let text = fs::read_to_string(project().join(source)).expect("the source");
    let body = text.split(&format!("pub enum {name} {{\n")).nth(1).expect("the enum");
    let body = body.split("\n}\n").next().expect("its end");
    let is_variant = |line: &&str| line.starts_with("    ") && line[4..].starts_with(|c: char| c.is_ascii_uppercase());
    let word = |text: &str| text.chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
    let variants: BTreeSet<String> = body.lines().filter(is_variant).map(|line| word(&line[4..])).collect();
    let told: BTreeSet<String> = errors.iter().map(|error| word(&format!("{error:?}"))).collect();
    assert_eq!(told, variants, "{name}");
    for error in errors {
        let Text { en, zh } = error.say();
        assert_eq!(en, error.to_string(), "{error:?}");
        assert_is_both(&Text { en, zh });
    }
}

#[track_caller]
fn assert_is_both(text: &Text) {
    assert!(!text.en.is_empty() && !has_chinese(&text.en), "{text:?}");
    assert!(has_chinese(&text.zh), "{text:?}");
    assert_eq!(english_sentence(&text.zh), None, "{text:?}");
}

#[track_caller]
fn assert_advice(advice: &Text) {
    if !advice.en.is_empty() || !advice.zh.is_empty() {
        assert_is_both(advice);
    }
}

fn name() -> String {
    "411381.2026Q4".to_owned()
}

fn path() -> PathBuf {
    PathBuf::from("no/such/file")
}

fn time() -> DateTime {
    date(2026, 1, 5).at(9, 0, 0, 0)
}

fn gone() -> io::Error {
    io::Error::from(io::ErrorKind::NotFound)
}

fn refusals() -> Vec<Refusal> {
    vec![
        Refusal::NotSealed(name()),
        Refusal::SealedAlready { ceremony: name(), attempt: 1, entry: 1 },
        Refusal::Attempt { ceremony: name(), expected: 1, found: 2 },
        Refusal::Suite { ceremony: name(), suite: "dr9".to_owned() },
        Refusal::NoEntropy(name()),
        Refusal::NoBeacon(name()),
        Refusal::NotRolled(name()),
        Refusal::EntropyComplete { ceremony: name(), entry: 3 },
        Refusal::Drawn { ceremony: name(), entry: 4 },
        Refusal::NotDrawn(name()),
        Refusal::NotPublished(name()),
        Refusal::PublishedAlready(name()),
        Refusal::Embargo { ceremony: name(), until: "2026-03-31".to_owned(), now: "2026-03-01".to_owned() },
        Refusal::Void { ceremony: name(), attempt: 1, entry: 5 },
        Refusal::Opened(name()),
        Refusal::SampleUnknown(name()),
        Refusal::AfterVoid { ceremony: name(), attempt: 2 },
        Refusal::OtherSample { ceremony: name(), attempt: 1, entry: 4 },
        Refusal::NotVoid { ceremony: name(), attempt: 1 },
        Refusal::DisclosedAlready { ceremony: name(), attempt: 1 },
    ]
}

fn broken() -> ChainError {
    ChainError::Gap { file: "000002-DRAW.txt".to_owned(), expected: 2 }
}

fn ledgers() -> Vec<LedgerError> {
    vec![
        LedgerError::Chain(broken()),
        LedgerError::Order { entry: 2, refusal: refusals().remove(0) },
        LedgerError::Refused(refusals().remove(0)),
        LedgerError::Time { time: time(), last: time() },
        LedgerError::Busy,
        LedgerError::Io { path: path(), source: gone() },
    ]
}

fn violation() -> Violation {
    let detail = both!("an officer holds two seats", "一人占两个席位");
    Violation { code: "seat-twice", place: "visit 91411381MA000001X1 agency D01".to_owned(), detail }
}

fn amendments() -> Vec<AmendError> {
    vec![
        AmendError::NoVisit,
        AmendError::Reason,
        AmendError::NotSeated,
        AmendError::NobodyLeft(Vec::new()),
        AmendError::NobodyLeft(vec![("D01001".to_owned(), "away"), ("D01002".to_owned(), "on-leave")]),
        AmendError::Breaks(vec![violation()]),
        AmendError::SameDay,
        AmendError::Visited,
    ]
}

fn bundles() -> Vec<BundleError> {
    vec![
        BundleError::Exists(path()),
        BundleError::NoBundle(path()),
        BundleError::Foreign(path(), both!("bundle", "计划包")),
        BundleError::Io { path: path(), source: gone() },
    ]
}

// Without it a clerk would read an English sentence in the middle of the ceremony.
#[test]
fn the_ceremony_and_its_ledger_speak_both() {
    assert_told("src/ledger/state.rs", "Refusal", &refusals());
    refusals().iter().for_each(|refusal| assert_advice(&refusal.advice()));
    let file = || "000002-DRAW.txt".to_owned();
    let chains = [
        ChainError::Form { file: file(), line: 2 },
        broken(),
        ChainError::Previous { file: file(), expected: "ab".to_owned(), found: "cd".to_owned() },
        ChainError::Time { file: file(), time: time() },
    ];
    assert_told("src/ledger/chain.rs", "ChainError", &chains);
    assert_told("src/files/store/ledger.rs", "LedgerError", &ledgers());
    ledgers().iter().for_each(|error| assert_advice(&error.advice()));
    let what = || both!("beacon kl8 2026001", "公共随机源 kl8 2026001");
    let mut ceremony = vec![
        CeremonyError::Ledger(LedgerError::Busy),
        CeremonyError::Inputs(Vec::new()),
        CeremonyError::Plan(both!("no task is given", "没有给出任务")),
        CeremonyError::Read { path: "ceremony.toml".to_owned(), source: gone() },
        CeremonyError::FallsBeforeSeal { what: what(), falls: time(), sealed: time() },
        CeremonyError::NotFallen { what: what(), falls: time(), now: time() },
        CeremonyError::Late { what: what(), falls: time(), now: time() },
        CeremonyError::Reused(what(), 3),
        CeremonyError::TypedTwice { what: what(), at: 2 },
        CeremonyError::Rolls { what: what(), planned: 24, found: 4 },
        CeremonyError::NotSealed(1),
        CeremonyError::Short(what()),
        CeremonyError::NoFallback,
        CeremonyError::Drand(DrandError::NotBuilt),
        CeremonyError::Record(EntropyError::Empty),
        CeremonyError::Changed { file: "samples.csv".to_owned() },
        CeremonyError::LodgedBefore { handed_over: time(), step: time(), now: time() },
        CeremonyError::NoVisit("91411381MA000001X1".to_owned()),
        CeremonyError::TooLong(3000),
        CeremonyError::SampleUnknown(what(), time()),
        CeremonyError::Violations(vec![violation()]),
    ];
    ceremony.extend(amendments().into_iter().map(CeremonyError::Amend));
    assert_told("src/ceremony/mod.rs", "CeremonyError", &ceremony);
    ceremony.iter().for_each(|error| assert_advice(&error.advice()));
}

// Without it the one error that a clerk meets when the beacon is pasted would be told to half of the room.
#[test]
fn pasted_beacons_speak_both() {
    let hash = || "52db9ba70e0cc0f6".to_owned();
    let errors = [
        DrandError::NotBuilt,
        DrandError::NotSealed("kl8".to_owned()),
        DrandError::TooEarly(123),
        DrandError::Form("missing field `round` at line 1".to_owned()),
        DrandError::UnknownChain(hash()),
        DrandError::OtherChain { sealed: hash(), found: hash() },
        DrandError::Scheme("bls-bn254".to_owned()),
        DrandError::OtherRound { sealed: "123".to_owned(), found: 124 },
        DrandError::OtherTime { round: 123, falls: time(), sealed: time() },
        DrandError::BeforeSeal { round: 123, falls: time(), sealed: time() },
        DrandError::Signature(123),
        DrandError::Randomness { round: 123, expected: hash(), found: hash() },
    ];
    assert_told("src/ceremony/drand.rs", "DrandError", &errors);
    errors.iter().for_each(|error| assert_advice(&error.advice()));
}

// Without it a refused notice or signature would be explained to half of its readers.
#[test]
fn proofs_and_signatures_speak_both() {
    let proofs = [ProofError::Shape, ProofError::Root, ProofError::NotNeighbours];
    assert_told("src/ledger/proof.rs", "ProofError", &proofs);
    let notices = [
        NoticeError::Form,
        NoticeError::NoDraw { ceremony: name(), attempt: 1, entry: 4 },
        NoticeError::NoRoot(4),
        NoticeError::Proof(ProofError::Root),
    ];
    assert_told("src/ledger/notice.rs", "NoticeError", &notices);
    let office = || "411381.gov.cn/fairdraw".to_owned();
    let notes = [
        NoteError::Key,
        NoteError::Name,
        NoteError::Form,
        NoteError::Unsigned(office()),
        NoteError::Signature(office()),
        NoteError::Short { size: 4, found: 3 },
        NoteError::Other(4),
        NoteError::Task(office()),
    ];
    assert_told("src/ledger/note.rs", "NoteError", &notes);
    let records = [
        EntropyError::Heading,
        EntropyError::Bytes,
        EntropyError::Form { line: 2, found: "sed x".to_owned() },
        EntropyError::Order { line: 3 },
        EntropyError::Empty,
        EntropyError::Seed(" x".to_owned()),
    ];
    assert_told("src/lottery/entropy.rs", "EntropyError", &records);
}

// Without it a wrong folder or table would be an English riddle.
#[test]
fn files_and_bundles_speak_both() {
    assert_told("src/files/store/bundle.rs", "BundleError", &bundles());
    let results = [ResultsError::Form(3), ResultsError::Period { expected: name(), found: "411381.2026Q3".to_owned() }];
    assert_told("src/files/store/results.rs", "ResultsError", &results);
    let parquet = parquet::errors::ParquetError::General("thrift".to_owned());
    let sheets = [
        SheetError::Open(gone()),
        SheetError::Parquet(parquet),
        SheetError::Compression("LZO"),
        SheetError::Workbook("zip".to_owned()),
        SheetError::Contradiction("Parquet".to_owned()),
        SheetError::Password,
        SheetError::NotAWorkbook,
        SheetError::WebPage,
        SheetError::SpreadsheetXml { at: 7, cause: "tag".to_owned() },
        SheetError::Encoding(String::new()),
        SheetError::OpenQuote { row: 3 },
        SheetError::TooLarge,
        SheetError::Empty,
    ];
    assert_told("src/files/decode/sheet.rs", "SheetError", &sheets);
    let verify = || VerifyError::Format("fairdraw bundle 9".to_owned());
    let all = [VerifyError::Bundle(bundles().remove(0)), verify(), VerifyError::Inputs(Vec::new())];
    assert_told("src/verify.rs", "VerifyError", &all);
    let audits = [
        AuditError::Verify(path(), verify()),
        AuditError::Ledger(path(), LedgerError::Busy),
        AuditError::Twice(path(), path()),
    ];
    assert_told("src/audit/bundles.rs", "AuditError", &audits);
    let scans = [
        CheckError::Io("samples.csv".to_owned(), gone()),
        CheckError::Unreadable(both!("no task is given", "没有给出任务")),
        CheckError::Registry(Vec::new()),
    ];
    assert_told("src/scan/check.rs", "CheckError", &scans);
    let cause = csv::Reader::from_reader(&b"a,b\n1\n"[..]).records().next().expect("a row").expect_err("a short row");
    let references = [
        ReferenceError::Csv { table: "items", cause },
        ReferenceError::MissingColumn { table: "items", column: "name" },
        ReferenceError::BadValue {
            table: "townships",
            column: "share",
            value: "x".to_owned(),
            expected: both!("a number", "数字"),
        },
        ReferenceError::TooFew { table: "items", what: both!("items", "事项"), found: 3, needed: 350 },
    ];
    assert_told("src/scenario/reference.rs", "ReferenceError", &references);
    let wrong = fairdraw::scan::Job::parse("[sample]\nregion = \"1\"\nperiod = \"\"\n").expect_err("a wrong job");
    let JobError(sentences) = &wrong;
    assert!(sentences.len() >= 3, "{wrong}");
    sentences.iter().for_each(assert_is_both);
}

// Without it the system's own words would stand in a Chinese sentence.
#[test]
fn the_common_failures_of_files_speak_both() {
    let kinds = [
        io::ErrorKind::NotFound,
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::AlreadyExists,
        io::ErrorKind::IsADirectory,
        io::ErrorKind::NotADirectory,
        io::ErrorKind::StorageFull,
        io::ErrorKind::ReadOnlyFilesystem,
        io::ErrorKind::InvalidData,
        io::ErrorKind::TimedOut,
    ];
    let all: BTreeSet<String> = kinds.iter().map(|kind| io::Error::from(*kind).say().zh.into_owned()).collect();
    assert_eq!(all.len(), kinds.len(), "{all:?}");
    kinds.iter().for_each(|kind| assert_is_both(&io::Error::from(*kind).say()));
    assert_is_both(&io::Error::from_raw_os_error(28).say());
}

// Without it a new rule of the checker would be named in English only.
#[test]
fn every_rule_of_the_checker_has_a_chinese_name() {
    let mut codes = BTreeSet::new();
    for file in fs::read_dir(project().join("src/plan/check")).expect("the folder").map(|file| file.expect("a file")) {
        if file.path().is_dir() || file.file_name() == "tests.rs" {
            continue;
        }
        let text = fs::read_to_string(file.path()).expect("the source");
        for (at, _) in text.match_indices("add(") {
            let rest = text[at + 4..].trim_start();
            codes.extend(rest.strip_prefix('"').and_then(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
    assert!(codes.len() > 50, "{codes:?}");
    for code in codes {
        assert!(has_chinese(rule(&code)), "{code} has no Chinese name");
    }
    let said = violation().say();
    assert_is_both(&said);
    assert!(said.zh.contains("91411381MA000001X1") && said.zh.contains("D01"), "{said:?}");
}
