//! Checkpoints of a ledger: signed, cosigned, and verified by OpenSSL, which knows nothing of this program.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fairdraw::files::store::ledger::Ledger;
use fairdraw::ledger::chain::Entry;
use fairdraw::ledger::hash::hex;
use fairdraw::ledger::note::{Checkpoint, KeyKind, NoteError, Sign, Signed, Verify};
use fairdraw::ledger::signature::raw_of;

use crate::ceremony::room_after;
use crate::support;

/// Start of an Ed25519 public key in DER (RFC 8410), which the 32 bytes follow.
const ED25519_DER: &str = "302a300506032b6570032100";

fn openssl(folder: &Path, args: &[&str]) -> bool {
    let output = Command::new("openssl").args(args).current_dir(folder).output().expect("openssl can be started");
    output.status.success()
}

fn sign(name: &str, kind: KeyKind, seed: u8) -> Sign {
    Sign::new(name, kind, &[seed; 32]).expect("a name of one word")
}

fn note(entries: &[Entry]) -> Signed {
    let key = sign("330106.gov.cn/fairdraw", KeyKind::Log, 1);
    Signed::new(Checkpoint::of("330106.gov.cn/fairdraw", entries), &key).expect("the ledger's own key")
}

/// Takes the base64 of a note's n-th signature line apart: key id and signature.
fn line(note: &Signed, at: usize) -> (Vec<u8>, Vec<u8>) {
    let text = note.text();
    let line = text.lines().skip(4).nth(at).and_then(|line| line.rsplit(' ').next()).expect("a signature line");
    let bytes = STANDARD.decode(line).expect("base64");
    (bytes[..4].to_vec(), bytes[4..].to_vec())
}

/// Verifies an Ed25519 signature with OpenSSL.
fn openssl_verifies(key: &Verify, message: &str, signature: &[u8]) -> bool {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let put = |name: &str, bytes: &[u8]| fs::write(folder.path().join(name), bytes).expect("a file can be written");
    let text = key.text();
    let public = STANDARD.decode(text.rsplit('+').next().expect("a key")).expect("base64");
    let der = [fairdraw::ledger::hash::from_hex(ED25519_DER).expect("hex").as_slice(), &public[1..]].concat();
    put("key.der", &der);
    put("message", message.as_bytes());
    put("signature", signature);
    openssl(
        folder.path(),
        &[
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            "key.der",
            "-keyform",
            "DER",
            "-rawin",
            "-in",
            "message",
            "-sigfile",
            "signature",
        ],
    )
}

/// Without this, our checkpoints would be readable by us alone: the bytes are those of signed-note, tlog-checkpoint and
/// tlog-cosignature, put together here by hand, and OpenSSL verifies both signatures.
#[test]
fn checkpoints_are_what_c2sp_says_and_openssl_verifies_them() {
    let (_folder, room) = room_after(4);
    let ledger = room.ledger();
    let mut note = note(ledger.entries());
    let second = sign("henan.gov.cn/witness", KeyKind::Cosigner, 2);
    note.cosign(&second, 1_790_000_000).expect("a cosigner's key");
    let lines: Vec<String> = note.text().lines().map(str::to_owned).collect();
    assert_eq!(lines[..2], ["330106.gov.cn/fairdraw", "4"]);
    let leaves: Vec<String> = ledger.entries().iter().map(Entry::text).collect();
    assert_eq!(lines[2], STANDARD.encode(fairdraw::ledger::merkle::root(fairdraw::lottery::Suite::Dr1, &leaves)));
    assert_eq!(lines[3], "");
    assert!(lines[4].starts_with("— 330106.gov.cn/fairdraw ") && lines[5].starts_with("— henan.gov.cn/witness "));
    assert_eq!(Signed::parse(&note.text()).as_ref(), Ok(&note));

    let body = format!("{}\n{}\n{}\n", lines[0], lines[1], lines[2]);
    let first = sign("330106.gov.cn/fairdraw", KeyKind::Log, 1).verify;
    let (id, signature) = line(&note, 0);
    assert!(first.text().contains(&format!("+{}+", hex(&id))), "the key's id stands in the line");
    assert!(openssl_verifies(&first, &body, &signature));
    assert!(!openssl_verifies(&first, &body.replace("\n4\n", "\n5\n"), &signature));
    let (_, cosignature) = line(&note, 1);
    assert_eq!(cosignature[..8], 1_790_000_000u64.to_be_bytes());
    let message = format!("cosignature/v1\ntime 1790000000\n{body}");
    assert!(openssl_verifies(&second.verify, &message, &cosignature[8..]));
    assert_eq!(note.verify(&first), Ok(None));
    assert_eq!(note.verify(&second.verify), Ok(Some(1_790_000_000)));
}

/// Without this, a checkpoint could be changed, or pass for another ledger or another signer.
#[test]
fn a_changed_checkpoint_or_another_ledger_is_found() {
    let (_folder, room) = room_after(4);
    let entries = room.ledger().entries().to_vec();
    let mut note = note(&entries);
    let (log, second) = (sign("330106.gov.cn/fairdraw", KeyKind::Log, 1), sign("w", KeyKind::Cosigner, 2));
    note.cosign(&second, 5).expect("a cosigner's key");
    let text = note.text();
    let holds = |text: &str| {
        Signed::parse(text).is_ok_and(|note| {
            note.verify(&log.verify).is_ok()
                && note.verify(&second.verify).is_ok()
                && note.checkpoint.compare(&entries).is_ok()
        })
    };
    assert!(holds(&text));
    for at in 0..text.len() {
        let mut other = text.clone().into_bytes();
        other[at] ^= 1;
        assert!(!String::from_utf8(other).is_ok_and(|other| holds(&other)), "byte {at} can be changed");
    }
    let other = sign("330106.gov.cn/fairdraw", KeyKind::Log, 3).verify;
    assert_eq!(note.verify(&other), Err(NoteError::Unsigned(other.name.clone())));
    assert_eq!(note.checkpoint.compare(&entries[..3]), Err(NoteError::Short { size: 4, found: 3 }));
    let mut fork = entries.clone();
    fork[1].attempt = 2;
    assert_eq!(note.checkpoint.compare(&fork), Err(NoteError::Other(4)));
    fork.swap(0, 1);
    assert_eq!(note.checkpoint.compare(&fork), Err(NoteError::Other(4)));
    // A key for one task does not do the other's: a cosignature says more than a signature.
    assert!(matches!(note.cosign(&log, 5), Err(NoteError::Task(_))));
    assert!(matches!(Signed::new(note.checkpoint, &second), Err(NoteError::Task(_))));
    for wrong in ["", "a b+00000000+AA==", "330106+00000000+AA==", &log.verify.text().replace('+', " ")] {
        assert_eq!(Verify::parse(wrong), Err(NoteError::Key));
    }
    assert_eq!(Sign::parse(&log.text()).map(|key| key.verify), Ok(log.verify));
}

/// Without this, the signature of an office's own SM2 device could not be checked; OpenSSL plays the device.
#[test]
fn sm2_signatures_of_a_device_are_verified() {
    let (_folder, room) = room_after(1);
    let mut note = note(room.ledger().entries());
    let device = tempfile::tempdir().expect("a temporary folder can be made");
    let folder = device.path();
    fs::write(folder.join("message"), note.checkpoint.text()).expect("a file can be written");
    assert!(openssl(folder, &["genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:SM2", "-out", "key.pem"]));
    assert!(openssl(folder, &["pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der"]));
    assert!(openssl(
        folder,
        &[
            "pkeyutl",
            "-sign",
            "-inkey",
            "key.pem",
            "-rawin",
            "-digest",
            "sm3",
            "-pkeyopt",
            "distid:1234567812345678",
            "-in",
            "message",
            "-out",
            "signature",
        ]
    ));
    let public = fs::read(folder.join("public.der")).expect("a key");
    let signature = raw_of(&fs::read(folder.join("signature")).expect("a signature")).expect("DER of two numbers");
    let key = Verify::sm2("sm2.330106.gov.cn", &public[public.len() - 65..]).expect("a point of the curve");
    assert_eq!(Verify::parse(&key.text()).as_ref(), Ok(&key));
    assert_eq!(note.verify(&key), Err(NoteError::Unsigned(key.name.clone())));
    for at in [0, 31, 32, 63] {
        let mut wrong = signature.clone();
        wrong[at] ^= 1;
        assert_eq!(note.attach(&key, &wrong), Err(NoteError::Signature(key.name.clone())));
    }
    note.attach(&key, &signature).expect("the device signed it");
    let read = Signed::parse(&note.text()).expect("a checkpoint");
    assert_eq!(read.verify(&key), Ok(None));
    assert_eq!(raw_of(&signature), None);
    assert!(matches!(Sign::new("sm2", KeyKind::Sm2, &[1; 32]), Err(NoteError::Task(_))), "SM2 is never signed here");
}

/// Without this, a secret key could be readable by others, be replaced, or a forked ledger be cosigned.
#[test]
fn the_commands_sign_cosign_and_verify() {
    let (folder, room) = room_after(4);
    let path = |name: &str| folder.path().join(name).display().to_string();
    let call = |args: &[&str]| {
        let output = support::run(args);
        (output.status.code(), support::stdout(&output).trim_end().to_owned())
    };
    let (office, notary, note, ledger) = (path("office.key"), path("notary.key"), path("note"), path("ledger"));
    let (status, public) = call(&["ledger", "key", "330106.gov.cn", "--out", &office]);
    assert_eq!(status, Some(0));
    let mode = fs::metadata(&office).expect("a key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(call(&["ledger", "key", "330106.gov.cn", "--out", &office]).0, Some(2), "a key is never replaced");
    let (_, second) = call(&["ledger", "key", "notary", "--cosigner", "--out", &notary]);
    assert_eq!(call(&["ledger", "sign", &ledger, "--key", &office, "--out", &note]).0, Some(0));
    let verify = ["ledger", "verify", &note, "--ledger", &ledger, "--key", &public, "--key", &second];
    let (status, said) = call(&verify);
    assert_eq!(status, Some(1));
    assert!(said.contains("notary has not signed"), "{said}");
    let cosign =
        ["ledger", "cosign", &note, "--ledger", &ledger, "--key", &notary, "--at", "1790000000", "--out", &note];
    assert_eq!(call(&cosign).0, Some(0));
    let (status, said) = call(&verify);
    assert_eq!(status, Some(0), "{said}");
    assert!(said.contains("first 4 entries") && said.contains("cosigned by notary at 2026-09-21T"), "{said}");

    let (status, said) = call(&["lodge", &path(""), "--with", "公证处", "--at", "2026-10-03T09:30:00"]);
    assert_eq!(status, Some(0), "{said}");
    let entries = Ledger::read(&folder.path().join("ledger")).expect("a ledger").entries().to_vec();
    assert_eq!(entries[4].fact("with"), Some("公证处"));
    assert_eq!(entries[4].fact("entry"), Some(format!("4 {}", entries[3].hash()).as_str()));
    let early =
        ["lodge", &path(""), "--with", "x", "--at", "2026-10-03T09:40:00", "--handed-over", "2026-10-03T08:00:00"];
    assert_eq!(call(&early).0, Some(2), "a sheet can not be handed over before its step");
    assert_eq!(call(&verify).0, Some(0), "a ledger that went on still has the checkpoint's entries");

    let (other, _room) = room_after(3);
    drop(room);
    let fork = other.path().join("ledger").display().to_string();
    let (status, said) = call(&["ledger", "cosign", &note, "--ledger", &fork, "--key", &notary]);
    assert_eq!(status, Some(1));
    assert!(said.starts_with("not cosigned: the ledger has 3 entries"), "{said}");
}
