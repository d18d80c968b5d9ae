//! The rosters of officers (执法检查人员名录库): the same 1,681 certificates in every quarter, as known on its first day.

use jiff::civil::{Date, date};

use super::catalogue::{Item, qualifications};
use super::names::Words;
use super::random::{Stream, later};
use super::reference::{Agency, Facts};
use super::{QUARTERS, Quarter, REGION, Table};

/// Officers with a certificate of 2024 (given: 120).
const NEWLY_CERTIFIED: usize = 120;
/// Officers whose certificate is cancelled in 2024, before the last quarter begins (given: 90).
const CANCELLED: usize = 90;
/// Certificates that ran out before 2024 and are still on the roster, and certificates that run out during the year.
const EXPIRED: usize = 40;
const EXPIRING: usize = 25;
/// Officers on leave for some weeks or months of the year.
const ON_LEAVE: usize = 70;

/// Officers per township that serve one station (所) only, per agency; the other officers serve the whole county.
///
/// The first number is the officers per township, the second the townships that each of them serves.
const STATIONS: [(&str, u32, usize); 4] = [("D01", 8, 1), ("D17", 2, 2), ("D20", 1, 3), ("D21", 1, 4)];

/// One officer (执法检查人员).
pub(super) struct Officer {
    pub certificate: String,
    pub name: String,
    pub agency: String,
    pub valid_from: Date,
    pub valid_until: Date,
    /// Day from which the certificate is cancelled.
    pub cancelled: Option<Date>,
    pub qualifications: Vec<&'static str>,
    /// Positions of the townships that the officer serves; empty for the whole county.
    pub townships: Vec<usize>,
    pub leave: Option<(Date, Date)>,
    pub visits_max: Option<u32>,
    pub expert: bool,
}

impl Officer {
    /// Says whether the officer could have made a visit on a day in a township.
    pub(super) fn serves(&self, day: Date, township: usize) -> bool {
        self.valid_from <= day
            && day <= self.valid_until
            && self.cancelled.is_none_or(|from| day < from)
            && (self.townships.is_empty() || self.townships.contains(&township))
    }
}

/// Generates the officers, by agency and serial number.
pub(super) fn generate(facts: &Facts, items: &[Item]) -> Vec<Officer> {
    let mut stream = Stream::of("dengzhou/inspectors");
    let words = Words::new();
    let mut officers = Vec::new();
    for agency in &facts.agencies {
        for position in 0..agency.officers {
            let valid_from = stream.day(date(2020, 1, 6), date(2023, 12, 20));
            let mut officer = Officer {
                certificate: format!("{REGION}{}{}{:04}", &agency.code[1..], valid_from.year(), position + 1),
                name: words.person(&mut stream),
                agency: agency.code.clone(),
                valid_from,
                valid_until: later(valid_from, 5 * 365),
                cancelled: None,
                qualifications: Vec::new(),
                townships: stations(&agency.code, position, facts.townships.len()),
                leave: None,
                visits_max: stream.chance(60).then(|| stream.between(2, 5) * 5),
                expert: stream.chance(40),
            };
            officer.qualifications = held(&mut stream, agency, position, items);
            officers.push(officer);
        }
    }
    states(&mut stream, &facts.agencies, &mut officers);
    // A handful of certificates of the province's older series carry Chinese characters.
    for serial in 0..6 {
        let officer = &mut officers[37 + 251 * serial];
        officer.certificate = format!("豫R-{:04}", 311 + 97 * serial);
    }
    officers
}

/// Returns the townships of an officer's station: the first officers of an agency are spread over the stations.
fn stations(agency: &str, position: u32, townships: usize) -> Vec<usize> {
    let Some((_, each, width)) = STATIONS.iter().find(|(of, _, _)| *of == agency) else {
        return Vec::new();
    };
    let (each, position) = (*each as usize, position as usize);
    if position >= each * townships {
        return Vec::new();
    }
    // Every seventh officer of a station also serves the next one.
    let width = width + usize::from(*width == 1 && position % 7 == 0);
    let mut served: Vec<usize> = (0..width).map(|step| (position / each + step) % townships).collect();
    served.sort_unstable();
    served
}

/// Gives an officer qualifications: each comes in a fixed rhythm, so that every station and every small agency has it.
fn held(stream: &mut Stream, agency: &Agency, position: u32, items: &[Item]) -> Vec<&'static str> {
    let mut held = Vec::new();
    for (crew, name) in qualifications(&agency.code) {
        let needed = items.iter().any(|item| item.qualification == name);
        // Two of eight officers of the lead hold one, two of five elsewhere, two of three in a small agency.
        let rhythm = match agency.officers {
            0..=30 => 3,
            _ if agency.lead => 8,
            _ => 5,
        };
        let due = (position + 2 * crew) % rhythm < 2;
        if needed && (due || stream.chance(60)) {
            held.push(name);
        }
    }
    held
}

/// Decides who is new, cancelled, expired or on leave, and leaves every agency most of its people and at least 4.
fn states(stream: &mut Stream, agencies: &[Agency], officers: &mut [Officer]) {
    let mut budget: Vec<u32> = agencies
        .iter()
        .map(|agency| agency.officers - (agency.officers * 7 / 10).max(4).min(agency.officers))
        .collect();
    let mut order: Vec<usize> = (0..officers.len()).collect();
    stream.shuffle(&mut order);
    let mut chosen = order.into_iter().filter(|&position| {
        let agency = agencies.iter().position(|agency| agency.code == officers[position].agency);
        let left = &mut budget[agency.expect("an officer belongs to an agency of the list")];
        *left = left.saturating_sub(1);
        *left > 0
    });
    let chosen: Vec<usize> =
        chosen.by_ref().take(NEWLY_CERTIFIED + CANCELLED + EXPIRED + EXPIRING + ON_LEAVE).collect();
    let (new, rest) = chosen.split_at(NEWLY_CERTIFIED);
    let (cancelled, rest) = rest.split_at(CANCELLED);
    let (expired, rest) = rest.split_at(EXPIRED);
    let (expiring, on_leave) = rest.split_at(EXPIRING);
    for &position in new {
        certify(&mut officers[position], stream.day(date(2024, 1, 8), date(2024, 12, 16)));
    }
    for &position in cancelled {
        officers[position].cancelled = Some(stream.day(date(2024, 1, 15), date(2024, 9, 27)));
    }
    for &position in expired {
        certify(&mut officers[position], stream.day(date(2018, 1, 8), date(2018, 12, 20)));
    }
    for &position in expiring {
        certify(&mut officers[position], stream.day(date(2019, 2, 1), date(2019, 12, 20)));
    }
    for &position in on_leave {
        let first = stream.day(date(2024, 1, 2), date(2024, 11, 29));
        officers[position].leave = Some((first, later(first, i64::from(stream.between(4, 110)))));
    }
}

/// Dates a certificate anew; it holds 5 years, and its number carries the year.
fn certify(officer: &mut Officer, from: Date) {
    let year = officer.valid_from.year().to_string();
    officer.valid_from = from;
    officer.valid_until = later(from, 5 * 365);
    let (head, tail) = officer.certificate.split_at(8);
    officer.certificate = format!("{head}{}{}", from.year(), &tail[year.len()..]);
}

/// Writes the roster of a quarter as known on its first day.
///
/// A certificate that is to end during the quarter ends on that day (`valid_until`); one that ended before is cancelled;
/// one that is granted later in the year already stands there with its first day of validity.
pub(super) fn table(officers: &[Officer], quarter: &Quarter, facts: &Facts) -> Table {
    let mut table = Table::new(&[
        "certificate",
        "name",
        "agency",
        "valid_from",
        "valid_until",
        "status",
        "qualifications",
        "townships",
        "leave",
        "visits_max",
        "expert",
    ]);
    for officer in officers {
        let status = match officer.cancelled {
            Some(from) if from < quarter.first => "cancelled",
            _ => "valid",
        };
        let until = match officer.cancelled {
            Some(from) if from <= quarter.last => later(from, -1),
            _ => officer.valid_until,
        };
        let leave = officer.leave.filter(|(first, last)| *first <= quarter.last && *last >= quarter.first);
        let townships: Vec<&str> =
            officer.townships.iter().map(|&position| facts.townships[position].code.as_str()).collect();
        table.push([
            officer.certificate.clone(),
            officer.name.clone(),
            officer.agency.clone(),
            officer.valid_from.to_string(),
            until.to_string(),
            status.to_owned(),
            officer.qualifications.join(";"),
            townships.join(";"),
            leave.map(|(first, last)| format!("{first}/{last}")).unwrap_or_default(),
            officer.visits_max.map(|visits| visits.to_string()).unwrap_or_default(),
            if officer.expert { "yes" } else { "no" }.to_owned(),
        ]);
    }
    table
}

/// Counts certificates granted during 2024 and certificates cancelled between the first and the last roster.
pub(super) fn changes(first: &Table, last: &Table) -> (u32, u32) {
    let (from, status) = (first.column("valid_from"), first.column("status"));
    let (begin, end) = (QUARTERS[0].first.to_string(), QUARTERS[3].last.to_string());
    let new = last.rows.iter().filter(|row| begin <= row[from] && row[from] <= end).count();
    let ended = first.rows.iter().zip(&last.rows).filter(|(before, after)| before[status] != after[status]).count();
    (new as u32, ended as u32)
}
