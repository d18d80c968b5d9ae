//! The vectors of `tests/vectors`, which `scripts/verify_draw.py` passes too.
//!
//! A vector that has to change means another protocol: a new version, and an entry under "Draw-breaking" in the
//! CHANGELOG.

use std::collections::BTreeMap;

use fairdraw::files::store::freeze::freeze;
use fairdraw::files::store::rows;
use fairdraw::files::wording::cells;
use fairdraw::ledger::{hash::hex, merkle};
use fairdraw::lottery::entropy::EntropyError;
use fairdraw::lottery::keys::{entity_label, team_label};
use fairdraw::lottery::{Entropy, Entry, Iv, Kernel, Key, Prk, Rounding, Suite, Ticket, draw};
use fairdraw::plan::model::{EntityNo, Stratum, StratumName, TaskNo};
use fairdraw::run::make;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{Workspace, project, text};

/// Reads a file of vectors and hands each case of a list to a test, which must see at least `least` of them.
pub fn each(name: &str, list: &str, least: usize, mut test: impl FnMut(&Value)) {
    let vectors = vectors(name);
    let cases = vectors[list].as_array().expect("the list of cases is there");
    assert!(cases.len() >= least, "{name} has {} {list}", cases.len());
    cases.iter().for_each(&mut test);
}

pub fn vectors(name: &str) -> Value {
    let path = project().join("tests/vectors").join(name);
    serde_json::from_slice(&std::fs::read(path).expect("the vectors are there")).expect("the vectors are JSON")
}

pub fn string<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("{case} has a text {name}"))
}

pub fn strings(case: &Value, name: &str) -> Vec<String> {
    let list = case[name].as_array().unwrap_or_else(|| panic!("{case} has a list {name}"));
    list.iter().map(|text| text.as_str().expect("the list holds texts").to_owned()).collect()
}

pub fn number(case: &Value, name: &str) -> u32 {
    case[name].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or_else(|| panic!("{case} has a number {name}"))
}

pub fn bytes(hex: &str) -> Vec<u8> {
    assert_eq!(hex.len() % 2, 0);
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("the text is hex")).collect()
}

fn key(case: &Value) -> Key {
    key_of(Suite::Dr1, case)
}

pub fn key_of(suite: Suite, case: &Value) -> Key {
    Key::from_bytes(suite, bytes(string(case, "key")).try_into().expect("a key has 32 bytes"))
}

/// Finds the ceremony's key that a vector names by its digits, by way of its record.
fn prk(digits: &str) -> Prk {
    let records = vectors("keys.json")["extract"].as_array().expect("the list is there").clone();
    let record = records.iter().find(|case| string(case, "prk") == digits).expect("the record of the key is known");
    Prk::of(Suite::Dr1, &Entropy::parse(string(record, "record").as_bytes()).expect("the record is good"))
}

#[test]
fn ids() {
    // Without it an entity could get another IV, and so another ticket, in the next release.
    let mut seen = BTreeMap::new();
    each("ids.json", "cases", 20, |case| {
        let iv = Iv::of(Suite::Dr1, string(case, "id")).to_string();
        assert_eq!(iv, string(case, "iv"), "{case}");
        assert_eq!(iv.as_bytes()[0], b'0' + number(case, "kind") as u8, "{case}");
        assert_eq!(seen.insert(iv, case.clone()), None, "two ids share an IV");
    });
}

#[test]
fn records_that_are_good() {
    // Without it the code that was lodged before the beacon could not be found again.
    each("entropy.json", "good", 10, |case| {
        let record = string(case, "record");
        let entropy = Entropy::parse(record.as_bytes()).unwrap_or_else(|error| panic!("{case}: {error}"));
        assert_eq!(entropy.text(), record);
        assert_eq!(fairdraw::ledger::hash::sha256_hex(record.as_bytes()), string(case, "sha256"), "{case}");
        assert_eq!(entropy.pre_beacon_code(Suite::Dr1), string(case, "pre_beacon"), "{case}");
        assert_eq!(hex(Prk::of(Suite::Dr1, &entropy).bytes()), string(case, "prk"), "{case}");
        assert_eq!(Some(entropy.is_witnessed()), case["witnessed"].as_bool(), "{case}");
    });
}

#[test]
fn records_that_must_be_refused() {
    // Without it two programs could read one record in two ways, or an office could hide tries in a sloppy form.
    each("entropy.json", "must_fail", 50, |case| {
        let record = match case.get("record_hex") {
            Some(digits) => bytes(digits.as_str().expect("hex is text")),
            None => string(case, "record").as_bytes().to_vec(),
        };
        let error = Entropy::parse(&record).expect_err(&format!("{case} must be refused"));
        let found = match error {
            EntropyError::Heading => ("heading", 1),
            EntropyError::Bytes => ("bytes", 0),
            EntropyError::Form { line, .. } => ("form", line),
            EntropyError::Order { line } => ("order", line),
            EntropyError::Empty => ("empty", 0),
            EntropyError::Seed(_) => ("seed", 0),
        };
        assert_eq!(found, (string(case, "reason"), number(case, "line")), "{case}");
    });
}

#[test]
fn keys() {
    // Without it a label of one draw could give the key of another.
    each("keys.json", "rfc5869", 1, |case| {
        // The RFC's own case has another salt and a longer output, so it goes to the same HMAC by hand.
        let hmac = |key: &[u8], message: &[u8]| -> Vec<u8> {
            let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
            mac.chain_update(message).finalize().into_bytes().to_vec()
        };
        let extracted = hmac(&bytes(string(case, "salt")), &bytes(string(case, "ikm")));
        assert_eq!(hex(&extracted), string(case, "prk"));
        let info = bytes(string(case, "info"));
        let first = hmac(&extracted, &[&info[..], &[1]].concat());
        let second = hmac(&extracted, &[&first[..], &info, &[2]].concat());
        assert!(hex(&[first, second].concat()).starts_with(string(case, "okm")));
    });
    each("keys.json", "extract", 2, |case| {
        let entropy = Entropy::parse(string(case, "record").as_bytes()).expect("the record is good");
        assert_eq!(hex(Prk::of(Suite::Dr1, &entropy).bytes()), string(case, "prk"));
    });
    each("keys.json", "expand", 10, |case| {
        let label = string(case, "label");
        assert_eq!(prk(string(case, "prk")).key(label).to_string(), string(case, "key"), "{case}");
        let rest = label.strip_prefix("dr1/").expect("labels start with the protocol's name");
        let built = match rest.split_once('/').expect("a label names its kind") {
            ("entity", group) => entity_label(group),
            (_, team) => {
                let parts: Vec<&str> = team.splitn(3, '/').collect();
                team_label(parts[0], parts[1], parts[2])
            }
        };
        assert_eq!(built, label);
    });
}

#[test]
fn tickets() {
    // Without it a faster kernel could give tickets that `openssl` does not.
    each("tickets.json", "rfc8439", 1, |case| {
        // The RFC's counter and nonce are no id of ours, so its block goes through the generator itself.
        use rand::{Rng, SeedableRng};
        let iv = bytes(string(case, "iv"));
        let half = |at: usize| u64::from_le_bytes(iv[at..at + 8].try_into().expect("8 bytes"));
        let mut stream = rand_chacha::ChaCha20Rng::from_seed(*key(case).bytes());
        stream.set_stream(half(8));
        stream.set_word_pos(u128::from(half(0)) << 4);
        let mut block = [0u8; 64];
        stream.fill_bytes(&mut block);
        assert_eq!(hex(&block), string(case, "block"));
    });
    for (list, least) in [("published", 20), ("derived", 200)] {
        each("tickets.json", list, least, |case| {
            let iv = Iv::of(Suite::Dr1, string(case, "id"));
            assert_eq!(iv.to_string(), string(case, "iv"), "{case}");
            let ticket = key(case).ticket(iv);
            assert_eq!(ticket.to_string(), string(case, "ticket"), "{case}");
            assert_eq!(Ticket::parse(string(case, "ticket")), Some(ticket));
        });
    }
    each("tickets.json", "blocks", 10, |case| {
        let words = key(case).words(Iv::of(Suite::Dr1, string(case, "id")));
        assert_eq!(words.map(|word| format!("{word:016x}")).to_vec(), strings(case, "words"), "{case}");
    });
}

#[test]
fn rates() {
    // Without it a rounding at the edge could take one entity fewer than the plan promises.
    each("rates.json", "cases", 300, |case| {
        let rate = cells::rate(string(case, "rate")).unwrap_or_else(|| panic!("{case} has a rate"));
        let rounding = match string(case, "rounding") {
            "up" => Rounding::Up,
            "nearest" => Rounding::Nearest,
            "floor_min_1" => Rounding::FloorMin1,
            other => panic!("rounding {other}"),
        };
        let population = number(case, "population");
        assert_eq!(rate.of(population, rounding).min(population), number(case, "n"), "{case}");
        assert_eq!(rate.to_string(), string(case, "rate"), "the frozen form reads back");
    });
}

#[test]
fn order() {
    // Without it balls, spread or ties could put somebody else into the sample or the reserve.
    each("order.json", "cases", 10, |case| check_order(Suite::Dr1, case));
}

pub fn check_order(suite: Suite, case: &Value) {
    let entries = case["entries"].as_array().expect("the entries are there");
    let ids: Vec<&str> = entries.iter().map(|entry| string(entry, "id")).collect();
    let balls: Vec<u8> = entries.iter().map(|entry| number(entry, "balls") as u8).collect();
    let entry = |at: usize| Entry {
        at: at as u32,
        iv: Iv::of(suite, ids[at]),
        balls: balls[at],
        behind: entries[at]["behind"].as_bool().expect("the mark is there"),
    };
    let frame: Vec<Entry> = (0..entries.len()).map(entry).collect();
    let (n, reserve) = (number(case, "n"), number(case, "reserve"));
    let sample = draw(&key_of(suite, case), &frame, n, reserve);
    let named = |picks: &[fairdraw::lottery::Pick]| -> Vec<String> {
        picks.iter().map(|pick| ids[pick.at as usize].to_owned()).collect()
    };
    assert_eq!(named(&sample.drawn), strings(case, "sample"), "{case}");
    assert_eq!(named(&sample.reserve), strings(case, "reserve_ids"), "{case}");
    let picks = sample.drawn.iter().chain(&sample.reserve);
    let tickets: Vec<String> = picks.map(|pick| pick.place.ticket.to_string()).collect();
    assert_eq!(tickets, strings(case, "tickets"), "{case}");
    let stratum = Stratum {
        task: TaskNo(0),
        name: StratumName::All,
        frame: (0..entries.len() as u32).map(EntityNo).collect(),
        balls_all: balls.iter().all(|b| *b == balls[0]).then(|| balls.first().copied().unwrap_or(1)),
        balls,
        size: sample.drawn.len() as u32,
        wanted: n,
        reserve,
    };
    assert_eq!(rows::cutoff(&stratum, sample.cutoff()), string(case, "cutoff"), "{case}");
    assert_eq!(
        named(&draw(&key_of(suite, case), &frame, entries.len() as u32, 0).drawn),
        strings(case, "order"),
        "{case}"
    );
}

#[test]
fn teams() {
    // Without it an officer could not recompute the ticket that sent them, or did not.
    each("teams.json", "cases", 4, |case| {
        let key = prk(string(case, "prk")).key(string(case, "label"));
        assert_eq!(key.to_string(), string(case, "key"), "{case}");
        check_officers(&key, case);
    });
}

pub fn check_officers(key: &Key, case: &Value) {
    let officers = case["officers"].as_array().expect("the officers are there");
    let place = |officer: &Value| {
        let iv = Iv::of(key.suite(), string(officer, "certificate"));
        (key.ticket(iv), iv)
    };
    for officer in officers {
        assert_eq!(place(officer).0.to_string(), string(officer, "ticket"), "{officer}");
        if officer.get("rank").is_some() {
            let before = officers.iter().filter(|other| place(other) < place(officer)).count();
            assert_eq!(before as u32 + 1, number(officer, "rank"), "{officer}");
        }
    }
}

#[test]
fn merkle_roots() {
    // Without it an inclusion proof made by other software would not lead to the root that we publish.
    each("merkle.json", "cases", 7, |case| {
        assert_eq!(hex(&merkle::root(Suite::Dr1, strings(case, "leaves"))), string(case, "root"), "{case}");
    });
    each("merkle.json", "reference", 5, |case| {
        let leaves: Vec<Vec<u8>> = strings(case, "leaves_hex").iter().map(|leaf| bytes(leaf)).collect();
        assert_eq!(hex(&merkle::root(Suite::Dr1, leaves)), string(case, "root"), "{case}");
    });
}

/// Puts the lines of a list of `file` and `line` together, by file.
fn files(list: &Value) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for row in list.as_array().expect("the list is there") {
        let text = files.entry(string(row, "file").to_owned()).or_default();
        text.push_str(string(row, "line"));
        text.push('\n');
    }
    files
}

#[test]
fn a_whole_draw() {
    // Without it frames, sizes, exclusions or the commitment could differ from what the second implementation gives.
    check_draw("draw.json");
}

pub fn check_draw(name: &str) {
    let vectors = vectors(name);
    let workspace = Workspace(files(&vectors["inputs"]));
    let loaded = workspace.load();
    let (inputs, frames) = loaded.ready.unwrap_or_else(|| panic!("{:#?}", loaded.faults));
    let frozen = freeze(&inputs);
    assert_eq!(frozen.len(), workspace.0.len());
    for file in &frozen {
        let bytes = String::from_utf8(file.bytes.clone()).expect("frozen tables are text");
        assert_eq!(bytes, workspace.0[&file.path], "inputs/{} is frozen already", file.path);
    }
    let record = &files(&vectors["entropy"])["entropy.txt"];
    let entropy = Entropy::parse(record.as_bytes()).expect("the record is good");
    let made = make(inputs, frames, &entropy, &mut |_| {}).expect("the independent checker accepts the plan");
    let expected = files(&vectors["results"]);
    for name in ["commit.txt", "strata.csv", "samples.csv", "excluded.csv"] {
        assert_eq!(text(&made, name), expected[name], "{name}");
    }
    assert_eq!(text(&made, "entropy.txt"), record);
    let mut duties: Vec<String> = made
        .duties
        .iter()
        .map(|duty| {
            let [task, agency] =
                [&made.inputs.tasks[duty.task.at()].code, &made.inputs.agencies[duty.agency.at()].code];
            format!("{task},{},{agency}", made.inputs.entities[duty.entity.at()].id)
        })
        .collect();
    duties.sort_unstable();
    let mut told = strings(&vectors, "duties");
    told.sort_unstable();
    assert_eq!(duties, told);
}

#[test]
fn twenty_thousand_rows_are_the_same_in_every_kernel() {
    // Without it a kernel could part from Python and openssl on ids of a form that the few vectors do not have.
    check_rows(Suite::Dr1, &vectors("rows.json"));
}

pub fn check_rows(suite: Suite, vector: &Value) {
    const LETTERS: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let chance = |text: String| <[u8; 32]>::from(Sha256::digest(text.as_bytes()));
    let id = |key: u32, place: u32| {
        let chance = chance(format!("dr1 rows id {key} {place}"));
        let length = if chance[0] % 4 == 2 { 1 + usize::from(chance[1] % 22) } else { 18 };
        match chance[0] % 4 {
            3 => format!("沪{}", hex(&chance[2..10])),
            _ => chance[2..2 + length].iter().map(|byte| char::from(LETTERS[usize::from(byte % 36)])).collect(),
        }
    };
    type Tickets<'a> = &'a dyn Fn(&Key, &[Iv]) -> Vec<Ticket>;
    let digest = |tickets: Tickets<'_>| {
        let mut digest = Sha256::new();
        for number in 0..number(vector, "keys") {
            let key = Key::from_bytes(suite, chance(format!("dr1 rows key {number}")));
            let ids: Vec<String> = (0..self::number(vector, "ids")).map(|place| id(number, place)).collect();
            let ivs: Vec<Iv> = ids.iter().map(|id| Iv::of(suite, id)).collect();
            for ((id, iv), ticket) in ids.iter().zip(&ivs).zip(tickets(&key, &ivs)) {
                digest.update(format!("{key} {id} {iv} {ticket}\n"));
            }
        }
        hex(&digest.finalize())
    };
    let expected = string(vector, "sha256");
    assert_eq!(digest(&|key, ivs| ivs.iter().map(|iv| key.ticket(*iv)).collect()), expected, "one by one");
    for kernel in Kernel::available() {
        let tickets = |key: &Key, ivs: &[Iv]| {
            let mut tickets = vec![Ticket::MAX; ivs.len()];
            kernel.tickets(key, ivs, &mut tickets);
            tickets
        };
        assert_eq!(digest(&tickets), expected, "{kernel:?}");
    }
}
