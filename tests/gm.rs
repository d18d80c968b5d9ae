//! The suite `dr1-gm`: its vectors, a plan and a ceremony under it, and what a verifier says of a mixture.

use std::fs;

use fairdraw::ceremony::notice::notice;
use fairdraw::ceremony::{CeremonyError, draw, open};
use fairdraw::files::store::ledger::Direct;
use fairdraw::lang::Lang;
use fairdraw::ledger::hash::{from_hex, hex, sha256_hex, suite_hex};
use fairdraw::ledger::{chain, merkle};
use fairdraw::lottery::{Entropy, Iv, Key, Prk, Suite};
use fairdraw::plan::model::{Inputs, Rules};
use fairdraw::publish::report;
use fairdraw::run::make;
use fairdraw::verify::public::verify_public;
use fairdraw::verify::{Evidence, verify};
use serde_json::Value;

use crate::ceremony::{NAME, OPEN_AT, Room, SEALED, ceremony_toml, room_after, time};
use crate::support::{Workspace, bundle, county, run, small, small_plan, stderr, text, verify_draw};
use crate::vectors::{
    bytes, check_draw, check_officers, check_order, check_rows, each, key_of, number, string, strings, vectors,
};

const GM: Suite = Suite::Dr1Gm;

fn prk(digits: &str) -> Prk {
    let records = vectors("gm.json")["extract"].as_array().expect("the list is there").clone();
    let record = records.iter().find(|case| string(case, "prk") == digits).expect("the record of the key is known");
    Prk::of(GM, &Entropy::parse(string(record, "record").as_bytes()).expect("the record is good"))
}

#[test]
fn primitives() {
    // Without it the hash and the cipher of the national standards could be others than those of every other program.
    each("gm.json", "sm3", 10, |case| {
        assert_eq!(hex(&GM.hash(&[&bytes(string(case, "message"))])), string(case, "digest"), "{case}");
    });
    each("gm.json", "sm4", 10, |case| {
        let half = bytes(string(case, "key"));
        // The second half of a key has no part in it.
        for other in [0, 255] {
            let key = Key::from_bytes(GM, [half.clone(), vec![other; 16]].concat().try_into().expect("32 bytes"));
            let iv = Iv::from_bytes(bytes(string(case, "block")).try_into().expect("16 bytes"));
            assert_eq!(key.ticket(iv).to_string(), string(case, "output"), "{case}");
        }
    });
    each("gm.json", "hmac", 20, |case| {
        let mac = GM.hmac(&bytes(string(case, "key")), &[&bytes(string(case, "message"))]);
        assert_eq!(hex(&mac), string(case, "mac"), "{case}");
    });
}

#[test]
fn ids_keys_and_tickets() {
    // Without it an entity's ticket under this suite could not be recomputed elsewhere.
    each("gm.json", "ids", 20, |case| {
        let iv = Iv::of(GM, string(case, "id"));
        assert_eq!(iv.to_string(), string(case, "iv"), "{case}");
        // Ids of kind 0 keep their value under both suites, the others are hashed.
        assert_eq!(iv == Iv::of(Suite::Dr1, string(case, "id")), number(case, "kind") == 0, "{case}");
    });
    each("gm.json", "extract", 2, |case| {
        let entropy = Entropy::parse(string(case, "record").as_bytes()).expect("the record is good");
        assert_eq!(hex(Prk::of(GM, &entropy).bytes()), string(case, "prk"));
        assert_eq!(entropy.pre_beacon_code(GM), string(case, "pre_beacon"));
    });
    each("gm.json", "expand", 10, |case| {
        assert_eq!(prk(string(case, "prk")).key(string(case, "label")).to_string(), string(case, "key"), "{case}");
    });
    each("gm.json", "tickets", 100, |case| {
        let iv = Iv::of(GM, string(case, "id"));
        assert_eq!(iv.to_string(), string(case, "iv"), "{case}");
        assert_eq!(key_of(GM, case).ticket(iv).to_string(), string(case, "ticket"), "{case}");
    });
    each("gm.json", "blocks", 20, |case| {
        let words = key_of(GM, case).words(Iv::of(GM, string(case, "id")));
        assert_eq!(words.map(|word| format!("{word:016x}")).to_vec(), strings(case, "words"), "{case}");
    });
    each("gm.json", "rows", 1, |case| check_rows(GM, case));
}

#[test]
fn samples_teams_and_trees() {
    // Without it balls, spread, ranks of officers or a sealed root could come out otherwise under this suite.
    each("gm.json", "order", 10, |case| check_order(GM, case));
    each("gm.json", "teams", 1, |case| {
        check_officers(&prk(string(case, "prk")).key(string(case, "label")), case);
    });
    each("gm.json", "merkle", 7, |case| {
        assert_eq!(hex(&merkle::root(GM, strings(case, "leaves"))), string(case, "root"), "{case}");
    });
    check_draw("gm_draw.json");
}

#[test]
fn other_names_are_refused() {
    // Without it a slip of the pen in the rules would draw with the default suite, and nobody would be told.
    each("gm.json", "must_fail", 5, |case: &Value| {
        let name = string(case, "suite");
        assert_eq!(Suite::parse(name), None);
        let loaded = with_suite(small(), name).load();
        assert!(loaded.ready.is_none(), "{name:?}");
        let fault = loaded.faults.iter().find(|fault| fault.code == "rule-value").expect("the rule is named");
        assert_eq!((fault.place.column.as_str(), fault.value.as_str()), ("draw.suite", name));
    });
}

fn with_suite(mut workspace: Workspace, name: &str) -> Workspace {
    let rules = workspace.0.get_mut("plan.toml").expect("the rules");
    *rules = rules.replace("[draw]\n", &format!("[draw]\nsuite = \"{name}\"\n"));
    workspace
}

/// Without this, a plan under the suite could be made that nobody else can verify, or its commitment could be read as the
/// default suite's.
#[test]
fn a_plan_is_verified_by_both_implementations_and_differs_from_the_default_suites() {
    let made = with_suite(small(), GM.name()).plan("small");
    assert!(text(&made, "commit.txt").starts_with("dr1 commit v1\nsuite dr1-gm\n"));
    assert!(text(&made, "manifest.json").contains("\"protocol\": \"dr1-gm\""));
    assert!(text(&made, "inputs/plan.toml").contains("\n[draw]\nsuite = \"dr1-gm\"\nrounding"));
    assert!(text(&made, "VERIFY.md").contains("openssl enc -sm4-ctr"));
    assert_eq!(made.summary.suite, "dr1-gm");
    for (lang, words) in [(Lang::En, "  suite      dr1-gm (SM3, SM4)\n"), (Lang::Zh, "  套件 dr1-gm（SM3、SM4）\n")]
    {
        let told = report::summary(&made.summary, &made.inputs, &made.plan, lang);
        assert!(told.contains(words), "{told}");
    }
    assert_ne!(text(&made, "samples.csv"), text(small_plan(), "samples.csv"));
    // The default is never written, so that older plans keep their bytes.
    let plain = with_suite(small(), Suite::Dr1.name()).plan("small");
    assert_eq!(plain.files, small_plan().files);

    let (_folder, path) = bundle(&made);
    let output = run(["verify".as_ref(), path.as_os_str()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let (status, told) = verify_draw(&path, None);
    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains(&hex(made.prk.bytes())), "{told}");
}

/// Without this, somebody could pass off a draw under one suite as one under the other, which was never sealed.
#[test]
fn a_mixture_of_suites_is_found() {
    let made = with_suite(small(), GM.name()).plan("small");
    for (file, from, to) in [
        ("commit.txt", "suite dr1-gm", "suite dr1"),
        ("inputs/plan.toml", "suite = \"dr1-gm\"\n", ""),
        ("inputs/plan.toml", "suite = \"dr1-gm\"\n", "suite = \"dr1\"\n"),
        ("manifest.json", "\"protocol\": \"dr1-gm\"", "\"protocol\": \"dr1\""),
    ] {
        let (_folder, path) = bundle(&made);
        let whole = fs::read_to_string(path.join(file)).expect("the file is there");
        assert!(whole.contains(from), "{file}");
        fs::write(path.join(file), whole.replace(from, to)).expect("the file can be written");
        let verdict = verify(&path, &Evidence::default(), &mut |_| {}).expect("a bundle");
        assert!(verdict.findings.iter().any(|finding| finding.file == file), "{file}: {:?}", verdict.findings);
        let (status, told) = verify_draw(&path, None);
        assert!(status == Some(1) && told.contains(file.rsplit('/').next().expect("a name")), "{file}: {told}");
    }
    // A name that nobody knows is no definite no.
    let (_folder, path) = bundle(&made);
    let manifest = fs::read_to_string(path.join("manifest.json")).expect("the manifest");
    fs::write(path.join("manifest.json"), manifest.replace("\"dr1-gm\"", "\"dr9\"")).expect("it can be written");
    assert_eq!(verify_draw(&path, None).0, Some(2));
}

/// Makes a room whose plan has the suite, and whose sealed value stands under a hash.
fn room(hash: &str) -> (tempfile::TempDir, Room) {
    let (folder, room) = room_after(0);
    let rules = fs::read_to_string(room.folder.join("plan.toml")).expect("the rules");
    fs::write(room.folder.join("plan.toml"), rules + "\n[draw]\nsuite = \"dr1-gm\"\n").expect("it can be written");
    let plan = ceremony_toml("kl8", "2026270", "2026-10-02T21:30:00");
    let old = sha256_hex(&from_hex(SEALED).expect("hex"));
    fs::write(room.folder.join("ceremony.toml"), plan.replace(&old, hash)).expect("it can be written");
    (folder, room)
}

/// Without this, an office bound to national cryptography could seal under it and then not draw, publish or open.
#[test]
fn a_whole_ceremony_runs_under_the_suite() {
    let (_folder, room) = room(&suite_hex(GM, &from_hex(SEALED).expect("hex")));
    (0..6).for_each(|step| room.step(step, &mut Direct).expect("the step is in order"));
    let bundle = room.bundle();
    let ledger = room.ledger();
    let entries = ledger.entries();
    assert_eq!(entries[0].fact("suite"), Some("dr1-gm"));
    assert_eq!(chain::suite_of(entries, NAME, 1), GM);
    let record = fs::read(bundle.join("entropy.txt")).expect("the record");
    let end = record.windows(8).position(|found| found == b"\nbeacon ").expect("a beacon") + 1;
    assert_eq!(entries[1].fact("code"), Some(suite_hex(GM, &record[..end]).as_str()));
    assert_eq!(entries[2].fact("record"), Some(sha256_hex(&record).as_str()), "files are named by SHA-256");
    // The paper at the door leads to the amended root, and not under the other suite.
    let visits = fs::read_to_string(bundle.join("visits.csv")).expect("the visits");
    let visit = visits.lines().nth(1).and_then(|row| row.split(',').next()).expect("a visit");
    let (notice, _) = notice(&ledger, NAME, visit, &mut |_| {}).expect("a notice");
    assert!(notice.check(entries).is_ok());
    let mut forged = entries.to_vec();
    forged[0].facts[0].1 = "dr1".to_owned();
    assert!(notice.check(&forged).is_err());
    let public = ledger.attempt_folder(NAME, 1).join(draw::PUBLIC);
    let cutoffs = fs::read_to_string(public.join("cutoffs.csv")).expect("the hashes of cut-offs");
    assert!(cutoffs.starts_with("task,stratum,sm3\n"));
    let strata = fs::read_to_string(bundle.join("strata.csv")).expect("the strata");
    let cutoff = strata.lines().nth(1).and_then(|row| row.rsplit(',').next()).expect("a cut-off");
    assert!(cutoffs.contains(&suite_hex(GM, cutoff.as_bytes())));

    drop(ledger);
    let office = room.folder.join("ledger");
    assert_eq!(verify_public(&public, Some(&office)).expect("a public part").findings, []);
    let (status, told) = verify_draw(&public, Some(&office));
    assert!(status == Some(0) && told.contains("VERIFIED: the public part"), "{told}");
    // A heading of the other suite is found, even where the list agrees with it.
    let list = fs::read_to_string(public.join(open::LIST)).expect("the list");
    let other = cutoffs.replace(",sm3", ",sha256");
    let forged = list.replace(&sha256_hex(cutoffs.as_bytes()), &sha256_hex(other.as_bytes()));
    fs::write(public.join("cutoffs.csv"), &other).expect("it can be written");
    fs::write(public.join(open::LIST), forged).expect("it can be written");
    let findings = verify_public(&public, None).expect("a public part").findings;
    assert!(findings.len() == 1 && findings[0].file == "cutoffs.csv" && findings[0].row == Some(1), "{findings:?}");
    let (status, told) = verify_draw(&public, None);
    assert!(status == Some(1) && told.contains("task,stratum,sm3"), "{told}");
    fs::write(public.join("cutoffs.csv"), &cutoffs).expect("it can be written");
    fs::write(public.join(open::LIST), list).expect("it can be written");
    open::open(&mut room.ledger(), NAME, time(OPEN_AT), &mut Direct).expect("opened");
    let verdict = verify(&public, &Evidence::default(), &mut |_| {}).expect("a bundle");
    assert_eq!(verdict.findings, []);
    // Its amendment is replayed beside the office's ledger.
    let (status, told) = verify_draw(&public, Some(&office));
    assert_eq!(status, Some(0), "{told}");
}

/// Without this, a sealed value could be taken for sealed though its hash is another suite's, or one that was public once
/// could decide again under the other suite.
#[test]
fn a_sealed_value_stands_under_the_hash_of_its_suite() {
    let (_folder, room) = room(&sha256_hex(&from_hex(SEALED).expect("hex")));
    room.step(0, &mut Direct).expect("sealed");
    assert!(matches!(room.step(1, &mut Direct), Err(CeremonyError::NotSealed(1))));
}

/// Without this, the county's own tables could not be planned under the suite: shared groups, balls, spread and all.
#[test]
fn the_county_is_planned_under_the_suite() {
    let made = county();
    let inputs = Inputs { rules: Rules { suite: GM, ..made.inputs.rules.clone() }, ..made.inputs.clone() };
    let entropy = Entropy::from_seed("county").expect("a seed");
    let other = make(inputs, made.plan.frames.clone(), &entropy, &mut |_| {}).expect("the checker accepts the plan");
    assert_eq!(other.plan.frames.strata.len(), made.plan.frames.strata.len());
    assert!(other.summary.visits > 0 && text(&other, "samples.csv") != text(made, "samples.csv"));
}
