//! Proves what the teams add up to: bookings and ways of each officer, caps of officers and agencies (承载量).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use jiff::civil::Date;

use super::Findings;
use crate::both;
use crate::lang::Text;
use crate::plan::model::{AgencyNo, Half, Inputs, InspectorNo, Plan, TownshipNo, Visit};
use crate::plan::words::Word;

/// Proves the load of every officer and the teams of every agency on every day.
pub(super) fn check(inputs: &Inputs, plan: &Plan, found: &mut Findings) {
    let mut officers: BTreeMap<InspectorNo, BTreeMap<Date, Vec<&Visit>>> = BTreeMap::new();
    let mut agencies: BTreeMap<(AgencyNo, Date), u32> = BTreeMap::new();
    for visit in &plan.visits {
        for agency in visit.teams.iter().map(|team| team.agency).collect::<BTreeSet<_>>() {
            *agencies.entry((agency, visit.date)).or_default() += 1;
        }
        let seats = visit.teams.iter().flat_map(|team| &team.seats);
        // Who holds two seats at one door is reported with the team, and goes there once.
        for no in seats.map(|seat| seat.inspector).collect::<BTreeSet<_>>() {
            officers.entry(no).or_default().entry(visit.date).or_default().push(visit);
        }
    }
    let mut roads = Roads::of(inputs);
    for (no, days) in &officers {
        check_officer(inputs, *no, days, &mut roads, found);
    }
    for ((no, date), visits) in agencies {
        let agency = &inputs.agencies[no.at()];
        if visits > agency.teams_per_day {
            let visits = Text::counted(visits, "visit");
            let detail = both!(
                visits => "sends teams to {visits} on {date}, it can to {}",
                "{date} 派组检查 {visits} 次，能力为 {} 次",
                agency.teams_per_day
            );
            found.add("teams-per-day", format!("agency {}", agency.code), detail);
        }
    }
}

/// Proves the load of one officer, given the visits of each day.
fn check_officer(
    inputs: &Inputs,
    no: InspectorNo,
    days: &BTreeMap<Date, Vec<&Visit>>,
    roads: &mut Roads,
    found: &mut Findings,
) {
    let (officer, rules) = (&inputs.inspectors[no.at()], &inputs.rules.team);
    let place = format!("officer {}", officer.certificate);
    let total: usize = days.values().map(Vec::len).sum();
    let visits_max = officer.visits_max.unwrap_or(rules.visits_max);
    if total > visits_max as usize {
        let total = Text::counted(total, "visit");
        found.add(
            "visits-max",
            &place,
            both!(
                total => "goes to {total} in the period, at most {visits_max} may be",
                "本期参加检查 {total} 次，至多 {visits_max} 次"
            ),
        );
    }
    for (date, visits) in days {
        if visits.len() > rules.visits_per_day_max as usize {
            let (count, most) = (Text::counted(visits.len(), "visit"), rules.visits_per_day_max);
            found.add(
                "visits-per-day",
                &place,
                both!(
                    count => "goes to {count} on {date}, at most {most} may be",
                    "{date} 参加检查 {count} 次，至多 {most} 次"
                ),
            );
        }
        for (at, one) in visits.iter().enumerate() {
            for other in &visits[at + 1..] {
                let (first, second) = (&one.id, &other.id);
                if one.half == other.half || one.half == Half::WholeDay || other.half == Half::WholeDay {
                    let (half, other_half) = (one.half.text(), other.half.text());
                    let detail = both!(
                        half, other_half => "is at visits {first} and {second} at once on {date}: {half} and {other_half}",
                        "{date} 同时在检查 {first} 与 {second}：{half} 与 {other_half}"
                    );
                    found.add("double-booked", &place, detail);
                }
                let township = |visit: &Visit| inputs.entities[visit.entity.at()].township;
                let minutes = roads.minutes(township(one), township(other));
                if minutes.is_none_or(|minutes| minutes > u64::from(rules.hop_minutes_max)) {
                    let way = minutes.map_or(both!("no road", "没有道路"), |minutes| {
                        let minutes = Text::counted(minutes, "minute");
                        both!(minutes => "a way of {minutes}", "路程 {minutes} 分钟")
                    });
                    let detail = both!(way => "has {way} between visits {first} and {second} on {date}", "{date} 的检查 {first} 与 {second} 之间{way}");
                    found.add("hop", &place, detail);
                }
            }
        }
    }
}

/// Knows the shortest ways between townships (Dijkstra 1959), each source computed when first asked for.
struct Roads {
    next: Vec<Vec<(TownshipNo, u64)>>,
    /// Minutes from a township to each other one, or `None` where no road leads.
    known: BTreeMap<TownshipNo, Vec<Option<u64>>>,
}

impl Roads {
    fn of(inputs: &Inputs) -> Roads {
        let mut next = vec![Vec::new(); inputs.townships.len()];
        for road in &inputs.travel {
            next[road.from.at()].push((road.to, u64::from(road.minutes)));
            next[road.to.at()].push((road.from, u64::from(road.minutes)));
        }
        Roads { next, known: BTreeMap::new() }
    }

    fn minutes(&mut self, from: TownshipNo, to: TownshipNo) -> Option<u64> {
        if from == to {
            return Some(0);
        }
        let next = &self.next;
        self.known.entry(from).or_insert_with(|| shortest(next, from))[to.at()]
    }
}

/// Computes the minutes from one township to every other.
fn shortest(next: &[Vec<(TownshipNo, u64)>], from: TownshipNo) -> Vec<Option<u64>> {
    let mut best = vec![None; next.len()];
    let mut open = BinaryHeap::from([Reverse((0, from))]);
    while let Some(Reverse((minutes, township))) = open.pop() {
        if best[township.at()].is_none() {
            best[township.at()] = Some(minutes);
            open.extend(next[township.at()].iter().map(|(to, road)| Reverse((minutes + road, *to))));
        }
    }
    best
}
