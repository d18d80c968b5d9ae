//! Signed notes and checkpoints of others: what Go, C2SP and running logs have published, read and verified here.
//!
//! Keys and notes are those of `sumdb/note/note_test.go` of golang.org/x/mod, of C2SP's signed-note, tlog-checkpoint and
//! tlog-cosignature, of sum.golang.org, and of a log of Certificate Transparency with its witnesses.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fairdraw::ledger::note::{KeyKind, NoteError, Sign, Signed, Verify};

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const FOO: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const SUM: &str = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8";
const ARCHE: &str = "arche2025h1.staging.ct.transparency.dev+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f";
const REMORA: &str = "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2";

const PROVERB: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const BY_PETER: &str = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
const BY_ENOCH: &str = "rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=";
const BY_FOO: &str = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=";

/// The head of Go's checksum database at 49,189,689 entries.
const SUM_HEAD: &str = "go.sum database tree
49189689
ftjbAOzaupaIvaPo/G+Dk63nxOZ2s1OPOKIaPtXs7S4=

— sum.golang.org Az3grlKZssqRoMNPpZfKt0TphbbcF+pzXqElURJKRNFKfaUAgqeI5k2AORH0QAhg/ebRwyIqD/OqP4oLtLnNumvOBAM=
";
/// The head of a log of certificates: its own two signatures, one of a kind that is unknown here, and those of four
/// witnesses.
const ARCHE_HEAD: &str = "arche2025h1.staging.ct.transparency.dev
1432088532
U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=

— arche2025h1.staging.ct.transparency.dev zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQIgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=
— arche2025h1.staging.ct.transparency.dev ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=
— transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVkjZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==
— witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TOQtmJbqmNWVuE0tgh0XwzdZsDsUAQ==
— remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0WBxtqB0DrAWfBw==
— witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7lI7cUiOvKFYe/TmN9DAg==
";
/// The example of tlog-checkpoint and tlog-cosignature, whose keys are not published.
const SOFA_HEAD: &str = "example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
";

fn key(text: &str) -> Verify {
    let key = Verify::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(key.text(), text, "a key reads back");
    key
}

fn line(base64: &str) -> Vec<u8> {
    STANDARD.decode(base64).expect("base64")
}

/// Without this, a key made elsewhere could get another id here, and no note of its owner would be found.
#[test]
fn keys_of_others_are_read_and_their_ids_agree() {
    for (text, kind) in [
        (PETER, KeyKind::Log),
        (ENOCH, KeyKind::Log),
        (FOO, KeyKind::Log),
        (SUM, KeyKind::Log),
        (ARCHE, KeyKind::Log),
        (REMORA, KeyKind::Cosigner),
    ] {
        assert_eq!(key(text).kind, kind, "{text}");
    }
    let secret = Sign::parse(PETER_SECRET).expect("the secret key of Go's tests");
    assert_eq!((secret.verify.text(), secret.text()), (PETER.to_owned(), PETER_SECRET.to_owned()));
    // Go's own generator makes EnochRoot's key from 32 zero bytes.
    assert_eq!(Sign::new("EnochRoot", KeyKind::Log, &[0; 32]).expect("a name").verify.text(), ENOCH);
}

/// Without this, a mangled key could be taken for another one: the manglings that Go's own tests refuse.
#[test]
fn mangled_keys_are_refused() {
    let refused = |text: &str| assert_eq!(Verify::parse(text), Err(NoteError::Key), "{text:?}");
    for from in 0..=PETER.len() {
        for to in from..=PETER.len() {
            if (from, to) != (0, PETER.len()) {
                refused(&PETER[from..to]);
            }
        }
    }
    for at in 0..PETER.len() {
        let mut mangled = PETER.as_bytes().to_vec();
        mangled[at] += 1;
        refused(std::str::from_utf8(&mangled).expect("ASCII"));
    }
    refused("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==");
    refused("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    for from in 1..PETER_SECRET.len() {
        assert!(Sign::parse(&PETER_SECRET[from..]).is_err() && Sign::parse(&PETER_SECRET[..from]).is_err());
    }
}

/// Without this, our signatures could hold for ourselves alone: Ed25519 has one signature for a text, and it is Go's.
#[test]
fn notes_of_others_verify_and_are_signed_alike() {
    let example = "This is an example message.\n";
    for (owner, text, signature) in [(PETER, PROVERB, BY_PETER), (ENOCH, PROVERB, BY_ENOCH), (FOO, example, BY_FOO)] {
        let (key, line) = (key(owner), line(signature));
        let id = owner.split('+').nth(1).expect("an id");
        assert_eq!(fairdraw::ledger::hash::hex(&line[..4]), id, "the line begins with the key's id");
        assert!(key.holds(text, &line[4..]), "{owner}");
        assert!(!key.holds(&text[1..], &line[4..]), "{owner}: another text");
        for other in [PETER, ENOCH, FOO].into_iter().filter(|other| *other != owner) {
            assert!(!self::key(other).holds(text, &line[4..]), "{other} did not sign {owner}'s note");
        }
        for at in 4..line.len() {
            let mut changed = line.clone();
            changed[at] ^= 1;
            assert!(!key.holds(text, &changed[4..]), "{owner}: byte {at}");
        }
    }
    let secret = Sign::parse(PETER_SECRET).expect("the secret key of Go's tests");
    assert_eq!(STANDARD.encode(secret.line(PROVERB)), BY_PETER);
}

/// Without this, a checkpoint of a running log could be refused here, or a changed one taken.
#[test]
fn checkpoints_of_running_logs_verify() {
    for (text, owner, time) in
        [(SUM_HEAD, SUM, None), (ARCHE_HEAD, ARCHE, None), (ARCHE_HEAD, REMORA, Some(1_779_573_024))]
    {
        let note = Signed::parse(text).expect("a signed checkpoint");
        assert_eq!(note.text(), text, "a note reads back, unknown signatures and all");
        assert_eq!(note.verify(&key(owner)), Ok(time), "{owner}");
        assert_eq!(note.verify(&key(PETER)), Err(NoteError::Unsigned("PeterNeumann".to_owned())));
        // Another size under the same signatures.
        let size = text.lines().nth(1).expect("a size");
        let other = Signed::parse(&text.replace(size, "42")).expect("the form is sound");
        let name = owner.split('+').next().expect("a name").to_owned();
        assert_eq!(other.verify(&key(owner)), Err(NoteError::Signature(name)));
    }
    let arche = Signed::parse(ARCHE_HEAD).expect("a signed checkpoint").checkpoint;
    assert_eq!((arche.origin.as_str(), arche.size), ("arche2025h1.staging.ct.transparency.dev", 1_432_088_532));
    assert_eq!(STANDARD.encode(arche.root), "U7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=");
    let sofa = Signed::parse(SOFA_HEAD).expect("the example of C2SP");
    assert_eq!((sofa.text().as_str(), sofa.checkpoint.size), (SOFA_HEAD, 20_852_163));
}

/// Without this, what is no checkpoint could be taken for one: the notes above are signed, and are none.
#[test]
fn other_notes_are_no_checkpoints() {
    for text in [
        format!("{PROVERB}\n— PeterNeumann {BY_PETER}\n"),
        SUM_HEAD.replace("— ", "- "),
        SUM_HEAD.replace("\n\n", "\n"),
        SUM_HEAD.replace("49189689", "049189689"),
        SUM_HEAD.trim_end().to_owned(),
        SUM_HEAD.replace("S4=", "S5="),
    ] {
        assert_eq!(Signed::parse(&text), Err(NoteError::Form), "{text}");
    }
}
