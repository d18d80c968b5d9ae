//! Proves that the teams are the ones that the rule asks for: most even loads, then smallest tickets, then the order.
//!
//! Protocol §9.4. The outings come from the teams themselves, who could go from the inputs, tickets from the key; only
//! the prices are taken from the plan, and each is checked against all that it bounds. With prices that hold, no other
//! choice of teams is better (complementary slackness; Ahuja, Magnanti and Orlin 1993, theorem 9.4), whoever found it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::gates::{Door, Doors, Gates};
use super::teams::{Roster, Trip};
use super::ties::{self, Tight};
use super::visits::days_to_visit;
use super::{Findings, Violation, check_positions};
use crate::both;
use crate::lang::Text;
use crate::lottery::keys::team_label;
use crate::lottery::{Key, Prk};
use crate::plan::model::{AgencyNo, Holder, Inputs, InspectorNo, Plan, Potential};

/// Leading bits of a ticket that count, where loads and seats leave room for so many.
const TICKET_BITS: u32 = 40;

/// Bits of the largest sum of costs.
const COST_BITS: u32 = 60;

/// Checks the prices of a plan's teams, and returns every violation (违规项), none for teams that are optimal and, among
/// equals, the first.
///
/// A plan that points outside the inputs' tables, or with an officer in two places, is not looked at: [`super::check`]
/// says so.
pub fn check_potentials(inputs: &Inputs, prk: &Prk, plan: &Plan) -> Vec<Violation> {
    let mut found = Findings::default();
    check_positions(inputs, plan, &mut found);
    if !found.0.is_empty() {
        return Vec::new();
    }
    let roster = Roster::of(inputs, plan);
    let mut rows: BTreeMap<(AgencyNo, u32), BTreeMap<&Holder, &Potential>> = BTreeMap::new();
    for row in &plan.potentials {
        let place = || place(inputs, row.agency, row.visits, &row.holder);
        if rows.entry((row.agency, row.visits)).or_default().insert(&row.holder, row).is_some() {
            found.add("potential-twice", place(), both!("has two rows", "有两行"));
        }
        if row.kept > 0 && row.visits == 1 {
            found.add(
                "potential-kept",
                place(),
                both!("visits are kept back from double outings only", "只有一行两次的外勤才保留检查"),
            );
        }
    }
    let outings = outings(inputs, prk, plan, &roster);
    let agencies: BTreeSet<AgencyNo> =
        outings.keys().copied().chain(plan.potentials.iter().map(|row| row.agency)).collect();
    for agency in agencies {
        let all = outings.get(&agency).map_or(&[][..], Vec::as_slice);
        let mut loads = Loads::of(inputs, &roster, agency);
        for visits in [2, 1] {
            let given = rows.remove(&(agency, visits)).unwrap_or_default();
            let own: Vec<&Outing> = all.iter().filter(|outing| outing.trips == visits).collect();
            check_flow(inputs, agency, visits, &own, &loads, &given, &mut found);
            own.iter().for_each(|outing| loads.add(outing));
        }
    }
    for ((agency, visits), given) in rows {
        for holder in given.keys() {
            found.add(
                "potential-extra",
                place(inputs, agency, visits, holder),
                both!("no flow has outings of so many visits", "没有哪个流有这么多次检查的外勤"),
            );
        }
    }
    found.0
}

/// Is what one team of an agency does on one day.
struct Outing {
    label: String,
    date: Date,
    /// Visits, 1 or 2.
    trips: u32,
    team: BTreeSet<InspectorNo>,
    gates: Gates,
    /// Eligible officers with the leading bits of their tickets still to be cut, and the door through which they come.
    comes: Vec<(InspectorNo, u128, Option<Door>)>,
}

/// Is a team and its visits of one day.
type Trips<'a> = (BTreeSet<InspectorNo>, Vec<Trip<'a>>);

/// Is an agency's outings by date and label.
type ByDate<'a> = BTreeMap<(Date, &'a str), Trips<'a>>;

/// Gathers the outings of each agency by day and label, with the gates that the rule gives them in this order.
fn outings(inputs: &Inputs, prk: &Prk, plan: &Plan, roster: &Roster) -> BTreeMap<AgencyNo, Vec<Outing>> {
    let mut together: BTreeMap<(AgencyNo, Date, BTreeSet<InspectorNo>), Vec<Trip>> = BTreeMap::new();
    for visit in &plan.visits {
        for team in &visit.teams {
            let officers = team.seats.iter().map(|seat| seat.inspector).collect();
            let own = visit.items.iter().map(|no| &inputs.items[no.at()]).filter(|item| item.agency == team.agency);
            let needed = own.filter_map(|item| item.qualification.as_deref()).collect();
            together.entry((team.agency, visit.date, officers)).or_default().push(Trip { visit, team, needed });
        }
    }
    let mut sorted: BTreeMap<AgencyNo, ByDate> = BTreeMap::new();
    for ((agency, date, officers), trips) in together {
        if let Some(label) = trips.iter().map(|trip| trip.visit.id.as_str()).min() {
            sorted.entry(agency).or_default().insert((date, label), (officers, trips));
        }
    }
    let group = format!("{}.{}", inputs.rules.region, inputs.rules.period);
    let of_agency = |agency: AgencyNo, rows: ByDate| {
        let mut doors = Doors::new(inputs.rules.team.size);
        let outing = |((date, label), (team, trips)): ((Date, &str), Trips)| {
            let key: Key = prk.key(&team_label(&group, &inputs.agencies[agency.at()].code, label));
            let eligible = roster.eligible(inputs, agency, &trips);
            let needed: BTreeSet<&str> = trips.iter().flat_map(|trip| &trip.needed).copied().collect();
            let held = |no: &InspectorNo| inputs.inspectors[no.at()].qualifications.as_slice();
            let gates = doors.choose(&needed, eligible.iter().map(held));
            let comes = eligible.iter().map(|no| (*no, key.ticket(roster.iv(*no)).value(), gates.door(held(no))));
            let (comes, trips) = (comes.collect(), trips.len() as u32);
            Outing { label: label.to_owned(), date, trips, team, gates, comes }
        };
        (agency, rows.into_iter().map(outing).collect())
    };
    sorted.into_iter().map(|(agency, rows)| of_agency(agency, rows)).collect()
}

/// Counts what the officers of an agency have been given.
struct Loads {
    /// Visits, those of the calendar year before the period included, and visits that the cap still allows.
    officers: BTreeMap<InspectorNo, (u32, u32)>,
    busy: BTreeSet<(InspectorNo, Date)>,
    /// Working days of the period.
    days: u32,
}

impl Loads {
    fn of(inputs: &Inputs, roster: &Roster, agency: AgencyNo) -> Loads {
        let first = inputs.rules.days.first;
        let mut doors: BTreeMap<&str, BTreeSet<(Date, &str)>> = BTreeMap::new();
        for past in inputs.history.iter().filter(|past| past.date < first && past.date.year() == first.year()) {
            for certificate in &past.inspectors {
                doors.entry(certificate).or_default().insert((past.date, &past.entity));
            }
        }
        let officers = roster.of_agency(agency).map(|no| {
            let officer = &inputs.inspectors[no.at()];
            let before = doors.get(officer.certificate.as_str()).map_or(0, BTreeSet::len) as u32;
            (no, (before, officer.visits_max.unwrap_or(inputs.rules.team.visits_max)))
        });
        Loads { officers: officers.collect(), busy: BTreeSet::new(), days: days_to_visit(inputs) }
    }

    fn add(&mut self, outing: &Outing) {
        for no in &outing.team {
            if let Some((load, room)) = self.officers.get_mut(no) {
                *load += outing.trips;
                *room = room.saturating_sub(outing.trips);
            }
            self.busy.insert((*no, outing.date));
        }
    }
}

/// Is the money of one flow: how many bits tickets and seats take, and from where loads count.
struct Scale {
    ticket_bits: u32,
    load_shift: u32,
    base: u32,
}

impl Scale {
    fn of(loads: &Loads, outings: usize, size: u32) -> Scale {
        let base = loads.officers.values().map(|row| row.0).min().unwrap_or(0);
        let top = loads.officers.values().map(|row| row.0 - base + row.1.min(2 * loads.days)).max().unwrap_or(0);
        let load_bits = (4 * u64::from(top) + 8).next_power_of_two().ilog2();
        let seat_bits = (2 * outings as u64 * u64::from(size)).next_power_of_two().ilog2();
        let ticket_bits = TICKET_BITS.min(COST_BITS.saturating_sub(load_bits + seat_bits));
        Scale { ticket_bits, load_shift: ticket_bits + seat_bits, base }
    }

    fn ticket(&self, ticket: u128) -> i128 {
        (ticket >> (128 - self.ticket_bits)) as i128
    }

    /// Returns the growth of an officer's squared load by one more outing, after some of the flow.
    fn growth(&self, load: u32, visits: u32, outings: u32) -> i128 {
        let before = i128::from(load - self.base) + i128::from(visits) * i128::from(outings);
        (i128::from(visits) * (2 * before + i128::from(visits))) << self.load_shift
    }
}

/// Is an officer's chance to join an outing: where to, through which door, at what cost, and whether it was taken.
#[derive(Clone, Copy)]
struct Way {
    outing: usize,
    door: Door,
    cost: i128,
    seated: bool,
}

/// Checks one flow: the double outings of an agency, or its single ones.
fn check_flow(
    inputs: &Inputs,
    agency: AgencyNo,
    visits: u32,
    outings: &[&Outing],
    loads: &Loads,
    given: &BTreeMap<&Holder, &Potential>,
    found: &mut Findings,
) {
    let size = inputs.rules.team.size;
    let scale = Scale::of(loads, outings.len(), size);
    let at = |holder: &Holder| place(inputs, agency, visits, holder);
    let kept = |no: InspectorNo| given.get(&Holder::Officer(no)).map_or(0, |row| row.kept);
    let before = found.0.len();
    let mut ways: BTreeMap<InspectorNo, BTreeMap<Date, Vec<Way>>> = BTreeMap::new();
    for (row, outing) in outings.iter().enumerate() {
        let holder = Holder::Outing(outing.label.clone());
        let mut seats = 0;
        for &(no, ticket, door) in &outing.comes {
            let (_, room) = loads.officers[&no];
            let may = room.saturating_sub(kept(no)) >= visits && !loads.busy.contains(&(no, outing.date));
            let Some(door) = door.filter(|_| may) else { continue };
            let seated = outing.team.contains(&no);
            seats += u32::from(seated);
            let way = Way { outing: row, door, cost: scale.ticket(ticket), seated };
            ways.entry(no).or_default().entry(outing.date).or_default().push(way);
        }
        if seats != size || outing.team.len() as u32 != size {
            let officers = Text::counted(outing.team.len(), "officer");
            let detail = both!(
                officers => "{seats} of {officers} could join it, it asks for {size}",
                "{officers} 人中 {seats} 人可参加，需要 {size} 人"
            );
            found.add("potential-team", at(&holder), detail);
        }
    }
    let prices = Prices::read(outings, &ways, given, &at, found);
    if found.0.len() > before {
        return;
    }
    let mut tight = Tight::default();
    let mut through: BTreeMap<(usize, Door), u32> = BTreeMap::new();
    for (no, days) in &ways {
        let own = prices.officer(*no);
        let mut count = 0;
        for (date, ways) in days {
            let asked = |way: &Way| way.cost + own;
            let holder = |way: &Way| Holder::Outing(outings[way.outing].label.clone());
            let officer = &inputs.inspectors[no.at()].certificate;
            let taken: Vec<&Way> = ways.iter().filter(|way| way.seated).collect();
            if taken.len() > 1 {
                found.add(
                    "potential-day",
                    at(&Holder::Officer(*no)),
                    both!("has two outings on {date}", "{date} 有两次外勤"),
                );
            }
            // What the officer's day is worth: where the officer goes it must not be less, and elsewhere not more.
            let worth = taken.first().map_or(own, |way| prices.door(way) - way.cost);
            if let Some(way) = taken.first() {
                count += 1;
                *through.entry((way.outing, way.door)).or_default() += 1;
                if worth < own {
                    let detail = both!(
                        "pays {}, officer {officer} asks {}",
                        "付 {}，人员 {officer} 要价 {}",
                        prices.door(way),
                        asked(way)
                    );
                    found.add("potential-dear", at(&holder(way)), detail);
                }
            }
            for way in ways.iter().filter(|way| !way.seated && prices.door(way) - way.cost > worth) {
                let detail = both!(
                    "pays {} and officer {officer}, who does not go, would come for {}",
                    "付 {}，而未去的人员 {officer} 只要 {}",
                    prices.door(way),
                    worth + way.cost
                );
                found.add("potential-cheaper", at(&holder(way)), detail);
            }
            let spots = ways.iter().map(|way| (way.outing, way.door, way.seated, prices.door(way) - way.cost == worth));
            tight.add_day(*no, spots, worth == own);
        }
        let (load, room) = loads.officers[no];
        let most = (days.len() as u32).min(room.saturating_sub(kept(*no)) / visits);
        let next = scale.growth(load, visits, count);
        let last = count.checked_sub(1).map(|before| scale.growth(load, visits, before));
        if count > most || (count < most && next < own) || last.is_some_and(|last| last > own) {
            let count = Text::counted(count, "outing");
            let detail = both!(
                count => "asks {own} for {count} of at most {most}; the next is worth {next}",
                "外勤 {count} 次、至多 {most} 次，要价 {own}；再加一次值 {next}"
            );
            found.add("potential-load", at(&Holder::Officer(*no)), detail);
        }
        tight.add_officer(*no, count < most && next == own, last == Some(own));
    }
    for (row, outing) in outings.iter().enumerate() {
        for (door, limit) in outing.gates.limits() {
            let Some(gate) = prices.gates.get(&(row, door)) else { continue };
            let whole = prices.gates[&(row, Door::Full)];
            let used = through.get(&(row, door)).copied().unwrap_or(0);
            if used > limit || (used < limit && *gate < whole) || (used > 0 && *gate > whole) {
                let detail = both!(
                    "its gate for {used} of at most {limit} pays {gate}, the outing {whole}",
                    "名额至多 {limit}、已用 {used}，付 {gate}，外勤付 {whole}"
                );
                found.add("potential-gate", at(&Holder::Outing(outing.label.clone())), detail);
            }
            tight.add_gate(row, door, used < limit && *gate == whole, used > 0 && *gate == whole);
        }
    }
    if found.0.len() == before
        && let Some((row, no)) = ties::out_of_order(&tight)
    {
        let officer = &inputs.inspectors[no.at()].certificate;
        let detail = both!(
            "another choice has the same sums, and officer {officer} comes first in it",
            "另一种选择的总和相同，且其中人员 {officer} 在先"
        );
        found.add("potential-tie", at(&Holder::Outing(outings[row].label.clone())), detail);
    }
}

/// Holds the prices of one flow, each there if it has to be.
struct Prices {
    officers: BTreeMap<InspectorNo, i128>,
    gates: BTreeMap<(usize, Door), i128>,
}

impl Prices {
    /// Reads the prices that the flow needs, and reports what is missing or too many.
    fn read(
        outings: &[&Outing],
        ways: &BTreeMap<InspectorNo, BTreeMap<Date, Vec<Way>>>,
        given: &BTreeMap<&Holder, &Potential>,
        at: &impl Fn(&Holder) -> String,
        found: &mut Findings,
    ) -> Prices {
        let used: BTreeSet<(usize, Door)> =
            ways.values().flat_map(BTreeMap::values).flatten().map(|way| (way.outing, way.door)).collect();
        let mut prices = Prices { officers: BTreeMap::new(), gates: BTreeMap::new() };
        let mut wanted: BTreeSet<Holder> = BTreeSet::new();
        let mut judge = |holder: &Holder, what: Text, price: Option<u64>, needed: bool| {
            let code = match (price, needed) {
                (None, true) => "potential-missing",
                (Some(_), false) => "potential-extra",
                _ => return price.map(i128::from),
            };
            found.add(
                code,
                at(holder),
                match needed {
                    true => both!(what => "a price for {what} is missing", "缺少{what}的价格"),
                    false => both!(what => "a price for {what} is too many", "多出{what}的价格"),
                },
            );
            None
        };
        for (row, outing) in outings.iter().enumerate() {
            let holder = Holder::Outing(outing.label.clone());
            let own = given.get(&holder);
            let doors = [
                (Door::Full, both!("the outing", "外勤"), own.and_then(|row| row.price), true),
                (Door::One, both!("its gate", "名额"), own.and_then(|row| row.one), used.contains(&(row, Door::One))),
                (
                    Door::Other,
                    both!("its other gate", "另一名额"),
                    own.and_then(|row| row.other),
                    used.contains(&(row, Door::Other)),
                ),
            ];
            for (door, what, price, needed) in doors {
                prices.gates.extend(judge(&holder, what, price, needed).map(|price| ((row, door), price)));
            }
            wanted.insert(holder);
        }
        for no in ways.keys() {
            let holder = Holder::Officer(*no);
            let price =
                judge(&holder, both!("the officer", "人员"), given.get(&holder).and_then(|row| row.price), true);
            prices.officers.extend(price.map(|price| (*no, price)));
            wanted.insert(holder);
        }
        for (holder, row) in given.iter().filter(|(holder, _)| !wanted.contains(**holder)) {
            // Whoever keeps all visits back has no way in the flow, and no price.
            if row.price.is_some() || row.kept == 0 {
                found.add("potential-extra", at(holder), both!("takes no part in the flow", "不参与这个流"));
            }
        }
        prices
    }

    fn officer(&self, no: InspectorNo) -> i128 {
        self.officers[&no]
    }

    fn door(&self, way: &Way) -> i128 {
        self.gates[&(way.outing, way.door)]
    }
}

/// Names a price's holder.
fn place(inputs: &Inputs, agency: AgencyNo, visits: u32, holder: &Holder) -> String {
    let agency = &inputs.agencies[agency.at()].code;
    match holder {
        Holder::Officer(no) => format!("agency {agency} officer {} ({visits})", inputs.inspectors[no.at()].certificate),
        Holder::Outing(label) => format!("agency {agency} outing {label} ({visits})"),
    }
}
