//! The check characters of ids against the published and the synthetic codes of `data/reference/uscc_vectors.csv`.

use std::path::Path;

use fairdraw::files::wording::cells;
use fairdraw::files::wording::uscc::{Kind, look};

// Without this test a code that an authority has issued could be doubted, or a mistyped one pass.
#[test]
fn reference_codes_have_their_verdict() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/reference/uscc_vectors.csv");
    let mut rows = 0;
    for record in csv::ReaderBuilder::new().from_path(path).unwrap().records() {
        let record = record.unwrap();
        let (code, verdict) = (&record[0], &record[1]);
        let id = cells::id(code);
        let (kind, doubt) = look(&id);
        match verdict {
            "valid" => assert_eq!((kind, doubt), (Kind::Uscc, None), "{code}"),
            "normalise" => {
                assert_ne!(id, code, "{code} is not canonical");
                assert_eq!((kind, doubt), (Kind::Uscc, None), "{code}");
            }
            "old15" => assert_eq!((kind, doubt), (Kind::Registration, None), "{code}"),
            "invalid" => assert!(doubt.is_some(), "{code} must be doubted"),
            other => panic!("no verdict {other}"),
        }
        rows += 1;
    }
    assert_eq!(rows, 51, "the file has 51 codes");
}

// Without this test a single mistyped character could go unnoticed. The weights are units modulo 31, so every one
// of the first 17 characters decides the last.
#[test]
fn every_single_substitution_is_doubted() {
    let good = "91440300192317458F";
    for at in 0..18 {
        for letter in "0123456789ABCDEFGHJKLMNPQRTUWXY".chars() {
            let mut code: Vec<char> = good.chars().collect();
            if code[at] != letter {
                code[at] = letter;
                let code: String = code.into_iter().collect();
                assert!(look(&code).1.is_some(), "{code}");
            }
        }
    }
}
