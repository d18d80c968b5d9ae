//! Ceremonies on disk: the order of the steps, what is refused, what a bundle proves, and kills at every write.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use fairdraw::ceremony::{CeremonyError, amend, draw, entropy, open, result, seal, sheet, witness};
use fairdraw::files::store::ledger::{Direct, Disk, Ledger, LedgerError};
use fairdraw::ledger::chain::{Entry, Kind};
use fairdraw::ledger::code::code_of;
use fairdraw::ledger::hash::{from_hex, sha256_hex};
use fairdraw::ledger::state::Refusal;
use fairdraw::lottery::Suite;
use fairdraw::plan::amend::{AmendError, Amendment, Change, Reason};
use fairdraw::plan::results::{Finding, Record, Records, Taken};
use fairdraw::verify::{Evidence, verify};
use jiff::civil::DateTime;
use tempfile::TempDir;

use crate::support;

pub const NAME: &str = "330106.2026Q4";
const DICE: &str = "315264216354612345443216";
pub const SEALED: &str = "5f1a33c09be2d4776e0a41c25d98f3b0";
const BEACON: &str = "0105081114192227303338414649525760687380";

/// Writes a workspace of one agency, six officers, forty entities and two tasks.
fn workspace() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("a file can be written");
    put(
        "plan.toml",
        "[period]\nname = \"2026Q4\"\nregion = \"330106\"\nfirst = \"2026-10-01\"\nlast = \"2026-12-31\"\n\n[tables]\n\
         agencies = \"agencies.csv\"\ntownships = \"townships.csv\"\nitems = \"items.csv\"\nentities = \"entities.csv\"\n\
         inspectors = \"inspectors.csv\"\ntasks = \"tasks.csv\"\nrecusals = \"recusals.csv\"\ncalendar = \"calendar.csv\"\n",
    );
    put("ceremony.toml", &ceremony_toml("kl8", "2026270", "2026-10-02T21:30:00"));
    put("agencies.csv", "code,name,short_name,role,teams_per_day\nD01,市场监督管理局,市监,lead,3\n");
    put("townships.csv", "code,name,lon,lat\n330106001,一镇,120.0,30.0\n");
    put("items.csv", "code,agency,name,class,method,minutes\nD01-001,D01,登记事项,general,现场检查,60\n");
    let mut entities = "id,name,kind,industry,township,class,status\n".to_owned();
    for at in 0..40 {
        let class = ["A", "B", "C", "D"][at % 4];
        entities.push_str(&format!("9133010600000{at:04}A,企业{at},enterprise,5212,330106001,{class},active\n"));
    }
    put("entities.csv", &entities);
    let mut officers = "certificate,name,agency,valid_from,valid_until,status\n".to_owned();
    for at in 0..6 {
        officers.push_str(&format!("T33010600{at},人员{at},D01,2024-01-01,2028-12-31,valid\n"));
    }
    put("inspectors.csv", &officers);
    put(
        "tasks.csv",
        "code,name,kind,directed,lead,items,rate,first,last\n\
         2026-001,登记抽查,single,undirected,D01,D01-001,20%,2026-10-09,2026-12-25\n",
    );
    put("recusals.csv", "certificate,entity,reason\nT330106000,91330106000000000A,亲属\n");
    put("calendar.csv", "date,kind,name,source\n2026-10-01,off,国庆节,国办发明电\n");
    folder
}

pub fn ceremony_toml(source: &str, issue: &str, falls: &str) -> String {
    let hash = sha256_hex(&from_hex(SEALED).expect("hex"));
    format!(
        "dice = [\"6 24\"]\nsealed = [\"{hash}\"]\nembargo = \"2026-12-31\"\n\n[beacon]\nsource = \"{source}\"\n\
         issue = \"{issue}\"\nfalls = \"{falls}\"\n\n[fallback]\nsource = \"{source}\"\nissue = \"{issue}-bis\"\nfalls = \"2026-10-03T21:30:00\"\n"
    )
}

pub fn time(text: &str) -> DateTime {
    text.parse().expect("a time")
}

/// Runs the steps of a ceremony in a folder.
pub struct Room {
    pub folder: PathBuf,
}

impl Room {
    pub fn ledger(&self) -> Ledger {
        Ledger::open(&self.folder.join("ledger")).expect("the ledger is sound")
    }

    fn seal(&self, at: &str, disk: &mut dyn Disk) -> Result<seal::Seal, CeremonyError> {
        let mut ledger = self.ledger();
        seal::seal(&self.folder, &[], &mut ledger, time(at), disk, &mut |_| {})
    }

    fn entropy(&self, at: &str, typed: &[&str], disk: &mut dyn Disk) -> Result<Entry, CeremonyError> {
        self.entropy_of(at, typed, None, disk)
    }

    fn entropy_of(
        &self,
        at: &str,
        typed: &[&str],
        fallback: Option<&str>,
        disk: &mut dyn Disk,
    ) -> Result<Entry, CeremonyError> {
        let mut typed = typed.iter().flat_map(|value| value.split(' ')).map(str::to_owned);
        entropy::record(
            &mut self.ledger(),
            entropy::Whose::latest(NAME),
            time(at),
            fallback,
            None,
            &mut |_| typed.next(),
            disk,
        )
    }

    fn draw(&self, at: &str, disk: &mut dyn Disk) -> Result<Entry, CeremonyError> {
        draw::draw(&mut self.ledger(), NAME, time(at), disk, &mut |_| {}).map(|(_, entry)| entry)
    }

    fn void(&self, at: &str, disk: &mut dyn Disk) -> Result<Entry, CeremonyError> {
        draw::void(&mut self.ledger(), NAME, "表格有误", time(at), disk, &mut |_| {})
    }

    /// Takes the first officer of the first visit off it.
    pub fn amend(&self, disk: &mut dyn Disk) -> Result<Entry, CeremonyError> {
        let teams = fs::read_to_string(self.bundle().join("teams.csv")).expect("the teams");
        let row: Vec<&str> = teams.lines().nth(1).expect("a seat").split(',').collect();
        let change = Change::Officer { certificate: row[2].to_owned() };
        let amendment = Amendment { visit: row[0].to_owned(), change, reason: Reason::Sick };
        amend::amend(&mut self.ledger(), NAME, &amendment, time(AMEND_AT), disk, &mut |_| {}).map(|done| done.entry)
    }

    /// Takes the second visit out: its entity is closed.
    pub fn substitute(&self, disk: &mut dyn Disk) -> Result<Entry, CeremonyError> {
        let visits = fs::read_to_string(self.bundle().join("visits.csv")).expect("the visits");
        let visit = visits.lines().nth(2).and_then(|row| row.split(',').next()).expect("a visit").to_owned();
        let amendment = Amendment { visit, change: Change::Entity, reason: Reason::Closed };
        amend::amend(&mut self.ledger(), NAME, &amendment, time(CLOSED_AT), disk, &mut |_| {}).map(|done| done.entry)
    }

    /// Runs one whole step of the ceremony by its number; `Ok` where it is done.
    pub fn step(&self, step: u32, disk: &mut dyn Disk) -> Result<(), CeremonyError> {
        match step {
            0 => self.seal(SEAL_AT, disk).map(|_| ()),
            1 => self.entropy(ROLL_AT, &FIRST, disk).map(|_| ()),
            2 => self.entropy(BEACON_AT, &SECOND, disk).map(|_| ()),
            3 => self.draw(DRAW_AT, disk).map(|_| ()),
            4 => open::publish(&mut self.ledger(), NAME, time(PUBLISH_AT), disk).map(|_| ()),
            5 => self.amend(disk).map(|_| ()),
            6 => self.substitute(disk).map(|_| ()),
            _ => open::open(&mut self.ledger(), NAME, time(OPEN_AT), disk).map(|_| ()),
        }
    }

    pub fn bundle(&self) -> PathBuf {
        self.ledger().attempt_folder(NAME, 1).join("private")
    }
}

const SEAL_AT: &str = "2026-10-01T09:00:00";
const ROLL_AT: &str = "2026-10-02T10:00:00";
const BEACON_AT: &str = "2026-10-02T21:35:00";
pub const DRAW_AT: &str = "2026-10-03T09:00:00";
pub const PUBLISH_AT: &str = "2026-10-03T10:00:00";
pub const AMEND_AT: &str = "2026-10-05T09:00:00";
pub const CLOSED_AT: &str = "2026-10-06T09:00:00";
/// The embargo ends with 2026-12-31.
pub const OPEN_AT: &str = "2027-01-01T00:00:00";
const FIRST: [&str; 4] = [DICE, DICE, SEALED, SEALED];
const SECOND: [&str; 2] = [BEACON, BEACON];

fn room() -> (TempDir, Room) {
    let folder = workspace();
    let room = Room { folder: folder.path().to_owned() };
    (folder, room)
}

/// Runs the first so many steps.
pub fn room_after(steps: u32) -> (TempDir, Room) {
    let (folder, room) = room();
    (0..steps).for_each(|step| room.step(step, &mut Direct).expect("the step is in order"));
    (folder, room)
}

pub fn refusal(error: CeremonyError) -> Refusal {
    match error {
        CeremonyError::Ledger(LedgerError::Refused(refusal)) => refusal,
        other => panic!("not a refusal of the order: {other}"),
    }
}

pub fn below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(path) = folders.pop() {
        for entry in path.read_dir().expect("the folder can be read").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                let name = entry.strip_prefix(folder).expect("below").to_string_lossy().into_owned();
                files.insert(name, fs::read(&entry).expect("the file can be read"));
            }
        }
    }
    files
}

/// Without this, a ceremony could not be held at all, or a stranger could not replay it.
#[test]
fn a_ceremony_in_order_gives_a_bundle_that_verifies() {
    let (_folder, room) = room_after(4);
    let verdict = verify(&room.bundle(), &Evidence::default(), &mut |_| {}).expect("a bundle");
    assert_eq!(verdict.findings, []);
    assert!(verdict.replayed.is_some_and(|made| made.summary.witnessed));
    let kinds: Vec<Kind> = room.ledger().entries().iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [Kind::Seal, Kind::Entropy, Kind::Entropy, Kind::Draw]);
}

/// Without this, a step could be taken early, twice or after the draw.
#[test]
fn every_wrong_order_is_refused_with_what_is_missing() {
    let name = || NAME.to_owned();
    let (_folder, room) = room_after(0);
    let disk = &mut Direct;
    assert_eq!(refusal(room.draw(DRAW_AT, disk).unwrap_err()), Refusal::NotSealed(name()));
    assert_eq!(refusal(room.entropy(ROLL_AT, &FIRST, disk).unwrap_err()), Refusal::NotSealed(name()));
    assert_eq!(refusal(room.void(ROLL_AT, disk).unwrap_err()), Refusal::NotSealed(name()));
    room.step(0, disk).expect("sealed");
    let again = Refusal::SealedAlready { ceremony: name(), attempt: 1, entry: 1 };
    assert_eq!(refusal(room.seal(ROLL_AT, disk).unwrap_err()), again);
    assert_eq!(refusal(room.draw(DRAW_AT, disk).unwrap_err()), Refusal::NoEntropy(name()));
    room.step(1, disk).expect("rolled");
    assert_eq!(refusal(room.draw(DRAW_AT, disk).unwrap_err()), Refusal::NoBeacon(name()));
    assert_eq!(refusal(room.void(DRAW_AT, disk).unwrap_err()), Refusal::SampleUnknown(name()));
    room.step(2, disk).expect("the beacon");
    let complete = Refusal::EntropyComplete { ceremony: name(), entry: 3 };
    assert_eq!(refusal(room.entropy(DRAW_AT, &SECOND, disk).unwrap_err()), complete);
    room.step(3, disk).expect("drawn");
    let drawn = Refusal::Drawn { ceremony: name(), entry: 4 };
    assert_eq!(refusal(room.draw(DRAW_AT, disk).unwrap_err()), drawn);
    assert_eq!(refusal(room.entropy(DRAW_AT, &SECOND, disk).unwrap_err()), drawn);
    assert_eq!(refusal(room.seal(DRAW_AT, disk).unwrap_err()), drawn);
}

/// Cheat: chance that somebody knows. Without this, an early beacon, a wrong envelope, other dice or a late hand would pass.
#[test]
fn chance_that_somebody_may_know_is_refused() {
    let disk = &mut Direct;
    let (folder, room) = room_after(0);
    let old = ceremony_toml("kl8", "2026268", "2026-09-30T21:30:00");
    fs::write(folder.path().join("ceremony.toml"), old).expect("a file can be written");
    assert!(matches!(room.seal(SEAL_AT, disk), Err(CeremonyError::FallsBeforeSeal { .. })));

    let (_folder, room) = room_after(1);
    let other = "00000000000000000000000000000000";
    let typed = |room: &Room, typed: &[&str]| room.entropy(ROLL_AT, typed, &mut Direct).expect_err("a refusal");
    assert!(matches!(typed(&room, &[DICE, DICE, other, other]), CeremonyError::NotSealed(1)));
    assert!(matches!(typed(&room, &[DICE, "315264216354612345443215"]), CeremonyError::TypedTwice { .. }));
    assert!(matches!(typed(&room, &["3152", "3152"]), CeremonyError::Rolls { found: 4, .. }));
    assert!(matches!(typed(&room, &[DICE]), CeremonyError::Short(_)));
    let late = room.entropy("2026-10-03T22:00:00", &FIRST, disk).expect_err("dice after all beacons");
    assert!(matches!(late, CeremonyError::Late { .. }));
    assert_eq!(room.ledger().entries().len(), 1, "nothing of this is on record");

    room.step(1, disk).expect("rolled");
    let early = room.entropy("2026-10-02T20:00:00", &SECOND, disk).expect_err("the beacon has not fallen");
    assert!(matches!(early, CeremonyError::NotFallen { .. }));
}

/// Cheat: dice changed after the beacon. Without this, the code that was lodged would bind nobody.
#[test]
fn dice_changed_after_the_beacon_are_found() {
    let (_folder, room) = room_after(2);
    let path = room.ledger().attempt_folder(NAME, 1).join(entropy::PRE_BEACON);
    let text = fs::read_to_string(&path).expect("the record").replace("315264", "315265");
    fs::write(&path, text).expect("a file can be written");
    let error = room.entropy(BEACON_AT, &SECOND, &mut Direct).expect_err("the dice are others");
    assert!(matches!(error, CeremonyError::Changed { .. }));
}

/// Cheat: tables changed between seal and draw. Without this, sizes, roster and recusals could follow the seed.
#[test]
fn tables_changed_after_the_seal_are_not_drawn() {
    for (file, from, to) in [
        ("entities.csv", "企业7,enterprise,5212,,330106001", "企业7,enterprise,5213,,330106001"),
        ("inspectors.csv", "T330106003", "T330106009"),
        ("recusals.csv", "亲属", "同学"),
        ("tasks.csv", "20%", "30%"),
        ("plan.toml", "\"20%\"", "\"30%\""),
    ] {
        let (_folder, room) = room_after(3);
        let path = room.ledger().attempt_folder(NAME, 1).join("inputs").join(file);
        let text = fs::read_to_string(&path).expect("a frozen table");
        let changed = text.replacen(from, to, 1);
        let changed = if changed == text { text.replacen(",5212,", ",5213,", 1) } else { changed };
        assert_ne!(changed, text, "{file} was changed");
        fs::write(&path, changed).expect("a file can be written");
        let error = room.draw(DRAW_AT, &mut Direct).expect_err("the tables are others");
        assert!(matches!(error, CeremonyError::Changed { .. } | CeremonyError::Inputs(_)), "{file}: {error}");
    }
}

/// Cheat: re-roll until it suits. Without this, a draw could be thrown away; so its sample stays on record, and the
/// next attempt carries its number and reason, and can not have the same chance.
#[test]
fn a_void_attempt_stays_on_record_with_its_sample() {
    let (folder, room) = room_after(3);
    let disk = &mut Direct;
    let void = room.void(DRAW_AT, disk).expect("void");
    let sample = fs::read(room.bundle().join("samples.csv")).expect("the sample is computed");
    assert_eq!(void.fact("sample"), Some(sha256_hex(&sample).as_str()));
    assert!(matches!(room.draw(DRAW_AT, disk), Err(CeremonyError::Ledger(LedgerError::Refused(Refusal::Void { .. })))));

    let reuse = room.seal(DRAW_AT, disk).expect_err("the beacon is known");
    assert!(matches!(reuse, CeremonyError::FallsBeforeSeal { .. }));
    let later = ceremony_toml("kl8", "2026280", "2026-10-12T21:30:00").replace("10-03T21", "10-13T21");
    fs::write(folder.path().join("ceremony.toml"), &later).expect("a file can be written");
    let reuse = room.seal(DRAW_AT, disk).expect_err("the envelope was opened");
    assert!(matches!(reuse, CeremonyError::Reused(_, 1)));
    let fresh = later.replace(&sha256_hex(&from_hex(SEALED).expect("hex")), &sha256_hex(b"another"));
    fs::write(folder.path().join("ceremony.toml"), fresh).expect("a file can be written");
    let second = room.seal(DRAW_AT, disk).expect("the second attempt");
    assert_eq!(second.entry.attempt, 2);
    assert_eq!(second.entry.fact("after-void"), Some("1 表格有误"));
}

/// Cheat: an entity dropped or re-classed before the seal. Without this, nobody would see who left the registry.
#[test]
fn the_seal_reports_what_changed_since_the_last_one() {
    let (folder, room) = room_after(1);
    room.void(SEAL_AT, &mut Direct).expect("void before any chance");
    let path = folder.path().join("entities.csv");
    let text = fs::read_to_string(&path).expect("the entities");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.remove(8);
    lines[3] = lines[3].replace(",C,", ",A,");
    lines.push("913301060000009999,新企业,enterprise,5212,330106001,B,active".to_owned());
    fs::write(&path, lines.join("\n") + "\n").expect("a file can be written");
    let toml = ceremony_toml("kl8", "2026271", "2026-10-03T21:00:00")
        .replace(&sha256_hex(&from_hex(SEALED).expect("hex")), &sha256_hex(b"another"));
    fs::write(folder.path().join("ceremony.toml"), toml).expect("a file can be written");
    let changes = room.seal(ROLL_AT, &mut Direct).expect("the second attempt").changes;
    assert_eq!((changes.added, changes.dropped, changes.reclassed, changes.altered), (1, 1, 1, 0));
    let report = String::from_utf8(changes.file.bytes).expect("text");
    assert!(report.contains(",class,C,A\n") && report.contains(",dropped,,\n") && report.contains("新企业,added"));
}

/// Without this, the first beacon could be called off when it does not suit, without a trace.
#[test]
fn the_fallback_needs_a_reason_that_stays() {
    let (_folder, room) = room_after(2);
    let disk = &mut Direct;
    let early = room.entropy_of(BEACON_AT, &SECOND, Some("停售"), disk).expect_err("not fallen");
    assert!(matches!(early, CeremonyError::NotFallen { .. }));
    let entry = room.entropy_of("2026-10-03T22:00:00", &SECOND, Some("停售"), disk).expect("the fallback");
    assert_eq!(entry.fact("fallback-reason"), Some("停售"));
    room.draw("2026-10-04T09:00:00", disk).expect("drawn");
    let verdict = verify(&room.bundle(), &Evidence::default(), &mut |_| {}).expect("a bundle");
    assert_eq!(verdict.findings, []);
}

/// Cheat: dice written down when the first beacon is known. Without this, a fallback would open the door to it: such
/// dice go with the fallback only.
#[test]
fn dice_that_came_after_the_first_beacon_do_not_go_with_it() {
    let (_folder, room) = room_after(1);
    let disk = &mut Direct;
    room.entropy("2026-10-02T21:40:00", &FIRST, disk).expect("the fallback has not fallen");
    let late = room.entropy("2026-10-02T21:50:00", &SECOND, disk).expect_err("the first beacon was known");
    assert!(matches!(late, CeremonyError::Late { .. }));
    room.entropy_of("2026-10-03T22:00:00", &SECOND, Some("骰子迟到"), disk).expect("the fallback");
    room.draw("2026-10-04T09:00:00", disk).expect("drawn");
    let verdict = verify(&room.bundle(), &Evidence::default(), &mut |_| {}).expect("a bundle");
    assert_eq!(verdict.findings, []);
}

/// Without this, an office could write such a ledger by hand, in order and with sound hashes, and it would verify.
#[test]
fn a_ledger_whose_times_do_not_fit_the_beacon_is_found() {
    let (_folder, room) = room_after(3);
    let entries = room.ledger().entries().to_vec();
    let (_other, sound) = room_after(4);
    let bundle = fairdraw::files::store::bundle::read(&sound.bundle()).expect("a bundle");
    for (at, moved, what) in [
        (1, "2026-10-02T21:31:00", "the dice were recorded when the beacon was known"),
        (2, "2026-10-02T21:00:00", "the beacon was recorded before it fell"),
    ] {
        let mut files = bundle.clone();
        files.retain(|path, _| !path.starts_with("ledger/"));
        let mut forged: Vec<Entry> = Vec::new();
        for (number, entry) in entries.iter().enumerate() {
            let previous = forged.last().map_or_else(|| entry.previous.clone(), Entry::hash);
            let when = if number == at { time(moved) } else { entry.time };
            forged.push(Entry { previous, time: when, ..entry.clone() });
        }
        files.extend(forged.iter().map(|entry| (format!("ledger/{}", entry.file()), entry.text().into_bytes())));
        let breaches = witness::breaches(&files, NAME);
        let found: Vec<&str> = breaches.iter().map(|breach| &*breach.1.en).collect();
        assert_eq!(found, [what]);
        assert_eq!(breaches[0].0, format!("ledger/{}", entries[at].file()));
    }
    assert_eq!(witness::breaches(&bundle, NAME), []);
}

/// Cheat: history rewritten. Without this, a bundle could carry a ledger that says something else than its files.
#[test]
fn a_changed_ledger_in_a_bundle_is_found_by_name() {
    let (_folder, room) = room_after(4);
    let bundle = room.bundle();
    for entry in fs::read_dir(bundle.join("ledger")).expect("the ledger") {
        let path = entry.expect("an entry").path();
        let sound = fs::read_to_string(&path).expect("an entry");
        for changed in [sound.replacen("2026-10-0", "2026-10-1", 1), sound.replacen("attempt 1", "attempt 2", 1)] {
            fs::write(&path, changed).expect("a file can be written");
            let verdict = verify(&bundle, &Evidence::default(), &mut |_| {}).expect("a bundle");
            let names: Vec<&str> = verdict.findings.iter().map(|finding| finding.file.as_str()).collect();
            let file = format!("ledger/{}", path.file_name().expect("a name").to_string_lossy());
            assert!(names.contains(&file.as_str()), "{file} is not among {names:?}");
        }
        fs::write(&path, sound).expect("a file can be written");
    }
    fs::remove_file(bundle.join("ledger/000002-ENTROPY.txt")).expect("removed");
    let verdict = verify(&bundle, &Evidence::default(), &mut |_| {}).expect("a bundle");
    assert!(verdict.findings.iter().any(|finding| finding.file.starts_with("ledger/")));
}

/// Without this, two clerks at two desks could append the same entry number at once.
#[test]
fn a_ledger_has_one_writer_at_a_time() {
    let (_folder, room) = room_after(1);
    let held = room.ledger();
    let second = Ledger::open(&room.folder.join("ledger"));
    assert!(matches!(second, Err(LedgerError::Busy)));
    drop(held);
    room.step(1, &mut Direct).expect("the lock is free again");
}

/// Kills the program at one of its writes: half of the bytes arrive, and nothing works afterwards.
pub struct Kill {
    pub writes_left: u32,
    pub is_dead: bool,
}

impl Kill {
    fn may(&mut self) -> io::Result<()> {
        if self.is_dead || self.writes_left == 0 {
            self.is_dead = true;
            return Err(io::Error::other("killed"));
        }
        self.writes_left -= 1;
        Ok(())
    }
}

impl Disk for Kill {
    fn make_folder(&mut self, path: &Path) -> io::Result<()> {
        self.may()?;
        Direct.make_folder(path)
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let was_dead = self.is_dead;
        let may = self.may();
        if may.is_err() && !was_dead {
            fs::write(path, &bytes[..bytes.len() / 2])?;
        }
        may?;
        Direct.write(path, bytes)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        self.may()?;
        Direct.rename(from, to)
    }

    fn remove_folder(&mut self, path: &Path) -> io::Result<()> {
        self.may()?;
        Direct.remove_folder(path)
    }

    fn sync_folder(&mut self, path: &Path) -> io::Result<()> {
        self.may()?;
        Direct.sync_folder(path)
    }
}

/// Steps of a whole ceremony: seal, dice, beacon, draw, publish, an officer and an entity replaced, open.
pub const STEPS: u32 = 8;

/// Without this, a power cut in the middle of a ceremony could lose or double a step. Every write of every step is the
/// last one once; then the same command runs again, and everything on disk is as if nothing had happened.
#[test]
fn a_kill_at_any_write_leaves_a_workspace_that_goes_on() {
    let (folder, _) = room_after(STEPS);
    let undisturbed = below(folder.path());
    let mut kills = 0;
    for step in 0..STEPS {
        for writes_left in 0.. {
            let (folder, room) = room_after(step);
            let mut kill = Kill { writes_left, is_dead: false };
            let done = room.step(step, &mut kill);
            if !kill.is_dead {
                done.expect("nothing was in the way");
                break;
            }
            kills += 1;
            let error = done.expect_err("the program was killed");
            // A kill behind the moment at which the entry counts: the step is done, and says so.
            let counts = room.ledger().entries().len() as u32 == step + 1;
            match room.step(step, &mut Direct) {
                Ok(()) => assert!(!counts, "step {step} was done twice"),
                // Where the dice are on record, the same command asks for the beacon next.
                // Whoever was replaced has no seat any more, and a visit that was taken out stands in no plan.
                Err(
                    CeremonyError::Ledger(LedgerError::Refused(_))
                    | CeremonyError::NotFallen { .. }
                    | CeremonyError::Amend(AmendError::NotSeated | AmendError::NoVisit),
                ) => {
                    assert!(counts, "step {step}: {error}");
                }
                Err(other) => panic!("step {step} killed at write {writes_left} does not go on: {other}"),
            }
            (step + 1..STEPS).for_each(|step| room.step(step, &mut Direct).expect("the rest goes on"));
            let now = below(folder.path());
            let left_over: Vec<&String> = now.keys().filter(|path| !undisturbed.contains_key(*path)).collect();
            assert!(left_over.is_empty(), "step {step}, write {writes_left}: {left_over:?}");
            assert!(now == undisturbed, "step {step}, write {writes_left}: something is lost or other");
        }
    }
    // Seal 25, entropy twice 6, draw 39, publish 17, amend twice 16, open 37: fewer would mean that some write is not tried.
    assert!(kills >= 162, "{kills} kills");
}

/// Holds one record, as a delivery of results gives it.
fn records() -> Records {
    let record = Record {
        agency: "D01".to_owned(),
        date: time("2026-10-12T00:00:00").date(),
        findings: [Finding::NoProblem].into(),
        inspectors: vec!["T330106001".to_owned(), "T330106002".to_owned()],
        note: String::new(),
        recorded: time(RESULT_AT).date(),
        published: None,
        correction: String::new(),
    };
    let key = ("91330106000000001A".to_owned(), "D01-001".to_owned());
    Records { period: NAME.to_owned(), versions: [(key, vec![record])].into() }
}

const RESULT_AT: &str = "2026-10-20T09:00:00";

/// Without this, results could change after they were taken in, or a power cut could leave a table without its entry that
/// the same command does not put right.
#[test]
fn results_on_the_ledger_survive_a_kill_at_any_write_and_show_any_change() {
    let record = |room: &Room, disk: &mut dyn Disk| {
        let taken = Taken { new: 1, ..Taken::default() };
        result::record(&mut room.ledger(), &records(), taken, 0, &[7; 32], time(RESULT_AT), disk)
    };
    let (folder, room) = room_after(4);
    assert!(matches!(result::known(&room.ledger(), NAME), Ok(none) if none.versions.is_empty()));
    let entry = record(&room, &mut Direct).expect("a step in order").expect("an entry");
    assert_eq!((entry.kind, entry.fact("delivered")), (Kind::Result, Some("1 0 0")));
    assert!(record(&room, &mut Direct).expect("the same again").is_none(), "nothing new, no entry");
    assert_eq!(result::known(&room.ledger(), NAME).expect("the table is whole"), records());
    let undisturbed = below(folder.path());
    for writes_left in 0.. {
        let (folder, room) = room_after(4);
        let mut kill = Kill { writes_left, is_dead: false };
        let done = record(&room, &mut kill);
        if !kill.is_dead {
            done.expect("nothing was in the way");
            assert!(writes_left >= 9, "a salt, a table, their folder and an entry take more writes than {writes_left}");
            break;
        }
        record(&room, &mut Direct).expect("the same command goes on");
        assert!(below(folder.path()) == undisturbed, "write {writes_left}: something is lost or other");
    }
    // The command finds plan and table by the ledger, and the report is of the same records.
    let call = |command: &str| {
        let at = ["--at", "2026-10-21T09:00:00", "--format", "json"];
        let output = support::fairdraw().arg(command).arg(folder.path()).args(at).output();
        output.expect("the program can be started")
    };
    let taken: serde_json::Value = serde_json::from_slice(&call("result").stdout).expect("JSON");
    assert_eq!((&taken["period"], &taken["new"], &taken["entry"]), (&NAME.into(), &0.into(), &serde_json::Value::Null));
    let report: serde_json::Value = serde_json::from_slice(&call("report").stdout).expect("JSON");
    assert_eq!(report["agencies"][0]["planned"], 8);
    // A notice of results would tell who is on the list while that is secret.
    let notice = folder.path().join("notice.xlsx");
    let mut early = support::fairdraw();
    early.arg("result").arg(folder.path()).args(["--at", "2026-10-21T09:00:00", "--publish"]).arg(&notice);
    let early = early.output().expect("the program can be started");
    assert_eq!((early.status.code(), notice.exists()), (Some(2), false));
    assert!(support::stderr(&early).contains("are secret until 2026-12-31"), "{}", support::stderr(&early));
    // Without the salt the few rows that a table can have could be tried against the root.
    let tables = room.ledger().attempt_folder(NAME, 1).join("results");
    let table = tables.join(format!("{:06}.csv", entry.number));
    let rows = fs::read(&table).expect("the table");
    let plain = fairdraw::ledger::merkle::root(Suite::Dr1, seal::rows(&rows));
    assert_ne!(entry.fact("results"), Some(format!("1 {}", fairdraw::ledger::hash::hex(&plain)).as_str()));
    let salt = tables.join(format!("{:06}.salt", entry.number));
    let kept = fs::read_to_string(&salt).expect("the salt");
    fs::write(&salt, kept.replace("07", "08")).expect("a file can be written");
    assert!(matches!(result::known(&room.ledger(), NAME), Err(CeremonyError::Changed { .. })));
    fs::write(&salt, kept).expect("a file can be written");
    assert!(result::known(&room.ledger(), NAME).is_ok());
    let text = fs::read_to_string(&table).expect("the table");
    fs::write(&table, text.replace("no-problem", "pending")).expect("a file can be written");
    assert!(matches!(result::known(&room.ledger(), NAME), Err(CeremonyError::Changed { .. })));
    let refused = call("report");
    assert_eq!(refused.status.code(), Some(2));
    assert!(support::stderr(&refused).contains("is not what is on record"), "{}", support::stderr(&refused));
    // Before the draw there is no plan whose results could come.
    let (_folder, early) = room_after(3);
    assert!(matches!(refusal(record(&early, &mut Direct).expect_err("too early")), Refusal::NotDrawn(_)));
}

/// Without this, the commands could fail where the library does not, or print no code that could be lodged.
#[test]
fn the_commands_hold_a_ceremony_from_seal_to_verified_bundle() {
    let (folder, _) = room();
    let workspace = folder.path().display().to_string();
    let call = |command: &str, more: &[&str], typed: &str| {
        let mut call = support::fairdraw();
        call.args([command, &workspace]).args(more).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = call.spawn().expect("the program can be started");
        child.stdin.take().expect("a pipe").write_all(typed.as_bytes()).expect("the program listens");
        let output = child.wait_with_output().expect("the program ends");
        (output.status.code(), support::stdout(&output).to_owned(), support::stderr(&output).to_owned())
    };
    let (status, _, error) = call("draw", &["--at", SEAL_AT], "");
    assert_eq!(status, Some(2));
    assert!(error.contains("nothing is sealed for 330106.2026Q4") && error.contains("try: run `fairdraw seal` first"));

    let (status, sealed, error) = call("seal", &["--at", SEAL_AT], "");
    assert_eq!(status, Some(0), "{error}");
    let seal = Ledger::read(&folder.path().join("ledger")).expect("a ledger").entries()[0].clone();
    let code = code_of(&seal.hash()).expect("a hash");
    assert!(sealed.contains(&code) && sealed.contains('█') && sealed.contains(&sheet::lodged(&seal)));
    let page =
        fs::read_to_string(folder.path().join(format!("ledger/ceremonies/{NAME}.1/sheet.html"))).expect("a page");
    assert!(page.contains(&code) && page.contains("<svg") && !page.contains("<script") && !page.contains(" src="));

    let typed = FIRST.join("\n") + "\n";
    let (status, rolled, error) = call("entropy", &["--at", ROLL_AT], &typed);
    assert_eq!(status, Some(0), "{error}");
    let record = format!("dr1 entropy v1\ndice 6 {DICE}\nsealed 1 {SEALED}\n");
    assert!(rolled.contains(&sha256_hex(record.as_bytes())), "the pre-beacon code is printed: {rolled}");
    let (status, _, error) = call("entropy", &["--at", BEACON_AT], &format!("{BEACON}\n{BEACON}\n"));
    assert_eq!(status, Some(0), "{error}");
    let (status, _, error) = call("draw", &["--at", DRAW_AT], "");
    assert_eq!(status, Some(0), "{error}");
    let bundle = folder.path().join(format!("ledger/ceremonies/{NAME}.1/private"));
    let verified = support::run(["verify".as_ref(), bundle.as_os_str()]);
    assert_eq!(verified.status.code(), Some(0), "{}", support::stdout(&verified));
    assert!(support::stdout(&verified).contains("entropy: witnessed"));
    let (status, voided, error) = call("void", &["--at", DRAW_AT, "--reason", "名录库版本有误"], "");
    assert_eq!(status, Some(0), "{error}");
    let sample = sha256_hex(&fs::read(bundle.join("samples.csv")).expect("the sample stays"));
    assert!(voided.contains(&sample), "the sample that was drawn stays on record: {voided}");
}
