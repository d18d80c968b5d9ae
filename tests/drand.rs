//! Rounds of drand: real ones of both chains of the League of Entropy, and a ceremony whose beacon one of them is.

use std::fs;
use std::process::Stdio;

use fairdraw::ceremony::drand::{Chain, DrandError, Pasted, Round, chain_of, check_time};
use fairdraw::ceremony::plan::Beacon;
use fairdraw::ceremony::{CeremonyError, draw, entropy, open, seal};
use fairdraw::files::store::ledger::Direct;
use fairdraw::verify::public::verify_public;
use fairdraw::verify::{Evidence, verify};

use crate::ceremony::{NAME, Room, SEALED, ceremony_toml, room_after, time};
use crate::support;
use crate::tamper_ceremony::forge;

const DEFAULT: &str = "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce";
const QUICKNET: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";

/// Round 72785 of the default chain, as api.drand.sh/public/72785 answers.
const OLD: &str = r#"{"round":72785,"randomness":"8b676484b5fb1f37f9ec5c413d7d29883504e5b669f604a1ce68b3388e9ae3d9",
"signature":"82f5d3d2de4db19d40a6980e8aa37842a0e55d1df06bd68bddc8d60002e8e959eb9cfa368b3c1b77d18f02a54fe047b80f0989315f83b12a74fd8679c4f12aae86eaf6ab5690b34f1fddd50ee3cc6f6cdf59e95526d5a5d82aaa84fa6f181e42",
"previous_signature":"a609e19a03c2fcc559e8dae14900aaefe517cb55c840f6e69bc8e4f66c8d18e8a609685d9917efbfb0c37f058c2de88f13d297c7e19e0ab24813079efe57a182554ff054c7638153f9b26a60e7111f71a0ff63d9571704905d3ca6df0b031747"}"#;
/// Round 123 of quicknet; its service answers with the randomness too, which follows from the signature.
const QUICK: &str = r#"{"round":123,"signature":"b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92"}"#;
/// Round 657413 of quicknet, with the randomness that a Python package shows in its examples.
const LATER: &str = r#"{"round":657413,"randomness":"fc1873a13f3545aeade8401532ef5519920652eee6b0d2b19ca12643b87b3587",
"signature":"b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b"}"#;
/// When round 123 fell: 366 seconds behind the genesis of quicknet.
const QUICK_AT: &str = "2023-08-23T23:15:33";

fn chain(hash: &str) -> Chain {
    chain_of(&format!("drand/{hash}"), None).expect("the chain is known")
}

fn round(text: &str) -> Round {
    Round::parse(text).expect("a round")
}

fn beacon(issue: &str, falls: &str) -> Beacon {
    Beacon { source: format!("drand/{QUICKNET}"), issue: issue.to_owned(), falls: time(falls) }
}

fn pasted(text: &str) -> Pasted {
    Pasted { round: round(text), chain: None }
}

/// Without this, a chain could be taken for another one, whose key somebody else has.
#[test]
fn the_known_chains_have_the_hashes_under_which_the_world_knows_them() {
    let hashes = Chain::known().map(|chain| chain.hash().expect("key and group are hex"));
    assert_eq!(hashes, [DEFAULT, QUICKNET]);
    let info = r#"{"public_key":"868f005eb8e6e4ca0a47c8a77ceaa5309a47978a7c71bc5cce96366b5d7a569937c529eeda66c7293784a9402801af31",
        "period":30,"genesis_time":1595431050,"hash":"8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce",
        "groupHash":"176f93498eac9ca337150b46d21dd58673ea4e3581185f869672e59fa4cb390a","schemeID":"pedersen-bls-chained",
        "metadata":{"beaconID":"default"}}"#;
    let told = Chain::parse(info).expect("what the service answers at /info");
    assert_eq!(told, chain(DEFAULT));
    // Every part of a description is under the hash, the scheme aside, which decides nothing that a signature does not.
    for (from, to) in
        [("868f", "868e"), ("\"period\":30", "\"period\":31"), ("1595431050", "1595431051"), ("176f", "176e")]
    {
        let other = Chain::parse(&info.replacen(from, to, 1)).expect("the form is sound");
        assert!(
            matches!(chain_of(&format!("drand/{DEFAULT}"), Some(&other)), Err(DrandError::OtherChain { .. })),
            "{from}"
        );
    }
    assert_eq!(chain_of("kl8", None), Err(DrandError::NotSealed("kl8".to_owned())));
    let unknown = "0".repeat(64);
    assert_eq!(chain_of(&format!("drand/{unknown}"), None), Err(DrandError::UnknownChain(unknown)));
}

/// Without this, a round of a running chain could be refused, or one that nobody has signed taken.
#[test]
fn real_rounds_verify_and_changed_ones_do_not() {
    for (hash, text) in [(DEFAULT, OLD), (QUICKNET, QUICK), (QUICKNET, LATER)] {
        let (chain, round) = (chain(hash), round(text));
        let randomness = chain.randomness(&round).unwrap_or_else(|error| panic!("round {}: {error}", round.round));
        assert!(round.randomness.is_empty() || round.randomness == randomness);
        let refused = |changed: &Round| chain.randomness(changed).expect_err("another round");
        let next = Round { round: round.round + 1, ..round.clone() };
        assert_eq!(refused(&next), DrandError::Signature(next.round));
        let other = Round { randomness: "00".repeat(32), ..round.clone() };
        assert!(matches!(refused(&other), DrandError::Randomness { .. }));
        for at in [0, 1, 20, 95] {
            let mut digits = round.signature.clone().into_bytes();
            digits[at] = if digits[at] == b'0' { b'1' } else { b'0' };
            let signature = String::from_utf8(digits).expect("digits");
            assert_eq!(
                refused(&Round { signature, ..round.clone() }),
                DrandError::Signature(round.round),
                "digit {at}"
            );
        }
        for signature in ["", "zz", "00"] {
            let round = Round { signature: signature.to_owned(), ..round.clone() };
            assert_eq!(refused(&round), DrandError::Signature(round.round));
        }
    }
    // The signature of another chain's round, and the chained scheme without what it is chained to.
    assert!(chain(DEFAULT).randomness(&round(QUICK)).is_err() && chain(QUICKNET).randomness(&round(OLD)).is_err());
    assert!(chain(DEFAULT).randomness(&Round { previous_signature: String::new(), ..round(OLD) }).is_err());
    let other = Chain { scheme: "bls-bn254-unchained-on-g1".to_owned(), ..chain(QUICKNET) };
    assert!(matches!(other.randomness(&round(QUICK)), Err(DrandError::Scheme(_))));
}

/// Without this, an office could seal a round that has fallen under a time that has not come.
#[test]
fn a_round_falls_when_its_chain_says() {
    let quicknet = chain(QUICKNET);
    assert_eq!(quicknet.falls(123), Some(time(QUICK_AT)));
    assert_eq!((quicknet.falls(0), quicknet.falls(u64::MAX)), (None, None));
    assert_eq!(check_time(&quicknet, &beacon("123", QUICK_AT)), Ok(123));
    assert!(matches!(check_time(&quicknet, &beacon("123", "2023-08-23T23:15:34")), Err(DrandError::OtherTime { .. })));
    for issue in ["", "+123", "0123", "1e2", "0", "quick"] {
        assert!(
            matches!(check_time(&quicknet, &beacon(issue, QUICK_AT)), Err(DrandError::OtherRound { .. })),
            "{issue}"
        );
    }
}

/// Without this, another round than the sealed one could decide, or one that was known at the seal.
#[test]
fn only_the_sealed_round_decides_and_only_after_the_seal() {
    let sealed = time("2023-08-23T22:00:00");
    let value = pasted(QUICK).value(&beacon("123", QUICK_AT), sealed).expect("the sealed round");
    assert_eq!(value.len(), 64);
    let other = pasted(QUICK).value(&beacon("124", "2023-08-23T23:15:36"), sealed);
    assert!(matches!(other, Err(DrandError::OtherRound { found: 123, .. })));
    for known in [QUICK_AT, "2023-08-24T00:00:00"] {
        let late = pasted(QUICK).value(&beacon("123", QUICK_AT), time(known));
        assert!(matches!(late, Err(DrandError::BeforeSeal { round: 123, .. })), "{known}");
    }
    let dice = Beacon { source: "kl8".to_owned(), ..beacon("123", QUICK_AT) };
    assert_eq!(pasted(QUICK).value(&dice, sealed), Err(DrandError::NotSealed("kl8".to_owned())));
}

/// Seals a ceremony whose beacon is round 123 of quicknet.
fn sealed_room(falls: &str) -> (tempfile::TempDir, Room, Result<(), CeremonyError>) {
    let (folder, room) = room_after(0);
    let plan = ceremony_toml(&format!("drand/{QUICKNET}"), "123", falls);
    let plan = plan.replace("123-bis", "1000").replace("2026-10-03T21:30:00", "2023-08-23T23:59:24");
    fs::write(room.folder.join("ceremony.toml"), plan).expect("a file can be written");
    let sealed =
        seal::seal(&room.folder, &[], &mut room.ledger(), time("2023-08-23T22:00:00"), &mut Direct, &mut |_| {});
    (folder, room, sealed.map(|_| ()))
}

/// Without this, the beacon of a bundle would be a number that the office has typed, which only a network can check.
#[test]
fn a_ceremony_takes_its_round_and_every_verifier_checks_it() {
    let (_folder, _, refused) = sealed_room("2023-08-23T23:20:00");
    assert!(matches!(refused, Err(CeremonyError::Drand(DrandError::OtherTime { round: 123, .. }))));

    let (_folder, room, sealed) = sealed_room(QUICK_AT);
    sealed.expect("the round's own time");
    let record = |at: &str, pasted: Option<&Pasted>, typed: &[&str]| {
        let mut typed = typed.iter().map(|text| (*text).to_owned());
        entropy::record(
            &mut room.ledger(),
            entropy::Whose::latest(NAME),
            time(at),
            None,
            pasted,
            &mut |_| typed.next(),
            &mut Direct,
        )
    };
    let quick = pasted(QUICK);
    let early = record("2023-08-23T22:30:00", Some(&quick), &[]);
    assert!(matches!(early, Err(CeremonyError::Drand(DrandError::TooEarly(123)))));
    let dice = "315264216354612345443216";
    record("2023-08-23T22:30:00", None, &[dice, dice, SEALED, SEALED]).expect("dice and sealed value");
    let soon = record("2023-08-23T23:15:00", Some(&quick), &[]);
    assert!(matches!(soon, Err(CeremonyError::NotFallen { .. })));
    let wrong = record("2023-08-23T23:16:00", Some(&pasted(LATER)), &[]);
    assert!(matches!(wrong, Err(CeremonyError::Drand(DrandError::OtherRound { .. }))));
    let entry = record("2023-08-23T23:16:00", Some(&quick), &[]).expect("the sealed round");
    assert_eq!(entry.fact("signature"), Some(quick.round.signature.as_str()));
    draw::draw(&mut room.ledger(), NAME, time("2023-08-24T09:00:00"), &mut Direct, &mut |_| {}).expect("drawn");
    let bundle = room.bundle();
    let value = chain(QUICKNET).randomness(&quick.round).expect("signed");
    let line = format!("\nbeacon drand/{QUICKNET} 123 {value}\n");
    assert!(fs::read_to_string(bundle.join("entropy.txt")).expect("the record").ends_with(&line));
    let findings = |path: &std::path::Path| verify(path, &Evidence::default(), &mut |_| {}).expect("a bundle").findings;
    assert_eq!(findings(&bundle), []);
    let (status, told) = support::verify_draw(&bundle, None);
    assert!(status == Some(0) && told.contains("drand"), "{told}");
    // So does the public part, where the record is still secret.
    let publish = || {
        open::publish(&mut room.ledger(), NAME, time("2023-08-24T10:00:00"), &mut Direct).expect("published");
        let public = room.ledger().attempt_folder(NAME, 1).join(draw::PUBLIC);
        let findings = verify_public(&public, None).expect("a public part").findings;
        fs::remove_dir_all(public).expect("it can be deleted");
        findings.into_iter().map(|finding| finding.file).collect::<Vec<_>>()
    };
    assert_eq!(publish(), Vec::<String>::new());
    forge(&room, |entries| {
        entries.truncate(4);
        let signature = entries[2].facts.iter_mut().find(|(word, _)| word == "signature").expect("a signature");
        signature.1 = pasted(LATER).round.signature;
    });
    assert_eq!(publish(), ["ledger/000003-ENTROPY.txt"]);
    // A signature that the chain has not made is found, however the ledger is written around it.
    let path = bundle.join("ledger/000003-ENTROPY.txt");
    let text = fs::read_to_string(&path).expect("the entry");
    fs::write(&path, text.replace("signature b75c", "signature b75d")).expect("a file can be written");
    let found = findings(&bundle);
    assert!(found.iter().any(|finding| finding.what.en.contains("chain has signed")), "{found:?}");
    assert_eq!(support::verify_draw(&bundle, None).0, Some(1));
}

/// Without this, the command could fail where the library does not.
#[test]
fn the_command_takes_a_pasted_round_and_says_what_is_wrong_in_both_languages() {
    let (_folder, room, sealed) = sealed_room(QUICK_AT);
    sealed.expect("sealed");
    let dice = "315264216354612345443216";
    let mut typed = [dice, dice, SEALED, SEALED].into_iter().map(str::to_owned);
    let first = time("2023-08-23T22:30:00");
    entropy::record(
        &mut room.ledger(),
        entropy::Whose::latest(NAME),
        first,
        None,
        None,
        &mut |_| typed.next(),
        &mut Direct,
    )
    .expect("rolled");
    let call = |lang: &str, text: &str| {
        let mut call = support::fairdraw();
        call.args(["--lang", lang, "entropy"]).arg(&room.folder).args(["--drand", "-", "--at", "2023-08-23T23:16:00"]);
        call.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = call.spawn().expect("the program can be started");
        std::io::Write::write_all(&mut child.stdin.take().expect("a pipe"), text.as_bytes()).expect("it listens");
        let output = child.wait_with_output().expect("the program ends");
        (output.status.code(), support::stderr(&output).to_owned())
    };
    let (status, told) = call("en", &QUICK.replace("b75c", "b75d"));
    assert!(status == Some(2) && told.contains("round 123 has a signature that is not the chain's"), "{told}");
    let (status, told) = call("zh", &QUICK.replace("b75c", "b75d"));
    assert!(status == Some(2) && told.contains("第 123 轮的签名不是该链的签名"), "{told}");
    assert_eq!(call("en", "{}").0, Some(2));
    assert_eq!(call("en", QUICK).0, Some(0));
}
