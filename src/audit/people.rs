//! Who went, and who went with whom (检查人员与搭档的集中度), over all draws (protocol §20.5).

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::statistics::{Counts, at_least};
use crate::plan::model::{Inspector, InspectorNo, Team};
use crate::run::Made;

/// Is how the visits of one agency (部门) fell on its officers and pairs.
#[derive(Clone, Debug, Serialize)]
pub struct Concentration {
    /// `<region>/<agency>`.
    pub agency: String,
    /// Officers who went at least once.
    pub officers: u32,
    pub seats: u32,
    /// The officer with the most seats; the test takes the seats as dealt out one by one, which overstates the spread.
    pub busiest: Most,
    pub outings: u32,
    /// The pair that went together least likely often, given how often each of the two went; `None` where nobody had a partner.
    pub closest_pair: Option<Most>,
}

/// Is a person or a pair, how often they went, and how likely that is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Most {
    pub who: String,
    pub times: u32,
    pub expected: f64,
    /// Probability of so many or more, for this one.
    pub p: f64,
    /// The same for any one of the agency: p times their number, at most 1 (Bonferroni).
    pub p_of_any: f64,
}

/// Holds one agency's outings.
#[derive(Default)]
struct Outings<'a> {
    /// Seats and outings of each officer.
    officers: BTreeMap<&'a str, (u32, u32)>,
    pairs: BTreeMap<(&'a str, &'a str), u32>,
    /// Seats of an officer's partners, over all outings.
    partners: BTreeMap<&'a str, u32>,
    /// Townships of each officer's jurisdiction (辖区), joined; officers with the same ones are of one station.
    stations: BTreeMap<&'a str, String>,
    /// For each officer of a roster the seats that an equal part of the agency's seats would be.
    fair: BTreeMap<&'a str, f64>,
    outings: u32,
    seats: u32,
}

/// Looks at every agency's officers and pairs, by agency.
pub fn concentration<'a>(draws: impl Iterator<Item = &'a Made>) -> Vec<Concentration> {
    let mut by_agency: BTreeMap<String, Outings<'a>> = BTreeMap::new();
    for made in draws {
        add(made, &mut by_agency);
    }
    let went = by_agency.into_iter().filter(|(_, outings)| outings.outings > 0);
    went.map(|(agency, outings)| outings.told(agency)).collect()
}

fn add<'a>(made: &'a Made, by_agency: &mut BTreeMap<String, Outings<'a>>) {
    let inputs = &made.inputs;
    let certificate = |no: InspectorNo| inputs.inspectors[no.at()].certificate.as_str();
    let name = |at: usize| format!("{}/{}", inputs.rules.region, inputs.agencies[at].code);
    let teams = || made.plan.visits.iter().flat_map(|visit| &visit.teams);
    for at in 0..inputs.agencies.len() {
        let of_agency = |team: &&Team| team.agency.at() == at;
        let seats: usize = teams().filter(of_agency).map(|team| team.seats.len()).sum();
        let is_ready = |officer: &&Inspector| {
            officer.agency.at() == at && officer.is_valid && officer.valid.overlaps(&inputs.rules.days)
        };
        let ready: Vec<_> = inputs.inspectors.iter().filter(is_ready).collect();
        let outings = by_agency.entry(name(at)).or_default();
        for officer in &ready {
            let townships = officer.townships.iter().flatten().map(|no| inputs.townships[no.at()].code.as_str());
            outings.stations.insert(&officer.certificate, townships.collect::<Vec<_>>().join(";"));
            *outings.fair.entry(&officer.certificate).or_default() += seats as f64 / ready.len() as f64;
        }
        let mut seen = BTreeSet::new();
        for team in teams().filter(of_agency) {
            let officers: Vec<&str> = team.seats.iter().map(|seat| certificate(seat.inspector)).collect();
            officers.iter().for_each(|officer| outings.officers.entry(officer).or_default().0 += 1);
            outings.seats += officers.len() as u32;
            // Two visits of one outing have one key and one team: the pair was drawn once.
            if !seen.insert(&team.drawn_for) {
                continue;
            }
            outings.outings += 1;
            for (place, a) in officers.iter().enumerate() {
                outings.officers.entry(a).or_default().1 += 1;
                *outings.partners.entry(a).or_default() += officers.len() as u32 - 1;
                for b in &officers[place + 1..] {
                    *outings.pairs.entry((a.min(b), a.max(b))).or_default() += 1;
                }
            }
        }
    }
}

impl Outings<'_> {
    fn told(self, agency: String) -> Concentration {
        let officers = self.officers.len();
        let busy = |(who, (times, _)): (&&str, &(u32, u32))| {
            let expected = self.fair.get(who).copied().unwrap_or(0.0);
            // A count of trials with different chances is no more spread than one with their mean (Hoeffding 1956).
            let p = at_least((*times).into(), self.seats.into(), expected / f64::from(self.seats));
            Most { who: (*who).to_owned(), times: *times, expected, p, p_of_any: (p * officers as f64).min(1.0) }
        };
        let all: u32 = self.officers.values().map(|(_, outings)| outings).sum();
        let pairs = officers * officers.saturating_sub(1) / 2;
        let station = |who: &str| self.stations.get(who).map_or("", String::as_str);
        let mut seats_of: BTreeMap<&str, u32> = BTreeMap::new();
        self.officers.iter().for_each(|(who, (_, outings))| *seats_of.entry(station(who)).or_default() += outings);
        let mut near: BTreeMap<&str, u32> = BTreeMap::new();
        for ((a, b), times) in self.pairs.iter().filter(|((a, b), _)| station(a) == station(b)) {
            *near.entry(a).or_default() += times;
            *near.entry(b).or_default() += times;
        }
        let close = |((a, b), times): (&(&str, &str), &u32)| {
            let (of_a, of_b) = (self.officers[a].1, self.officers[b].1);
            // The partners of a hold seats that are not a's own, and b holds so many of those. Who has the same few
            // townships meets more often; such a pair is compared with its own station only.
            let (seats, taken) = match station(a) == station(b) {
                true => (seats_of[station(a)], near[a]),
                false => (all, self.partners[a]),
            };
            let counts = Counts::of_taken((seats - of_a).into(), of_b.into(), taken.into());
            let p = counts.at_least((*times).into());
            let p_of_any = (p * pairs as f64).min(1.0);
            Most { who: format!("{a} {b}"), times: *times, expected: counts.mean(), p, p_of_any }
        };
        let least = |a: Most, b: Most| if (b.p, &b.who) < (a.p, &a.who) { b } else { a };
        Concentration {
            agency,
            officers: officers as u32,
            seats: self.seats,
            busiest: self.officers.iter().map(busy).max_by_key(|most| most.times).expect("somebody went"),
            outings: self.outings,
            closest_pair: self.pairs.iter().map(close).reduce(least),
        }
    }
}
