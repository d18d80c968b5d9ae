//! Teams (随机选派): for each agency two minimum-cost flows, first over its double outings, then over the single ones.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::lottery::{Iv, Prk, Ticket, keys};

use super::dates::Calendar;
use super::flow::{Arc, Network, PRICE_MIN};
use super::model::{Model, Pool};
use super::outings::{Gate, Mix, Outing, Used, eligible, outings};
use super::problem::DaySet;
use super::proof::{Claim, Entry, Way};

/// Leading bits of a ticket that count as its cost, where loads and seats leave room for so many.
pub const TICKET_BITS: u32 = 40;

/// Bits that a sum of costs may use; two are left for sums along a path.
const COST_BITS: u32 = 60;

/// Holds the keys of the team draw of one ceremony.
#[derive(Clone)]
pub struct TeamKeys {
    prk: Prk,
    group: String,
}

impl TeamKeys {
    /// Takes the ceremony's key and the coordination group that stands in the labels.
    pub fn new(prk: Prk, group: impl Into<String>) -> TeamKeys {
        TeamKeys { prk, group: group.into() }
    }

    /// Returns the key of the calendar's search, label `dr1/dates/<group>`.
    pub(super) fn dates_key(&self) -> [u8; 32] {
        *self.prk.key(&format!("dr1/dates/{}", self.group)).bytes()
    }

    /// Computes an officer's ticket in the team draw of one agency at one visit.
    pub fn ticket(&self, agency: &str, visit: &str, officer: &str) -> Ticket {
        let iv = Iv::of(self.prk.suite(), officer);
        self.prk.key(&keys::team_label(&self.group, agency, visit)).ticket(iv)
    }
}

/// Holds the tickets that were computed already, by agency and label.
pub(super) struct Tickets<'a> {
    keys: &'a TeamKeys,
    ivs: Vec<Iv>,
    known: HashMap<(u32, String), Vec<Option<Ticket>>>,
}

impl<'a> Tickets<'a> {
    pub fn new(model: &Model, keys: &'a TeamKeys) -> Tickets<'a> {
        let ivs = model.problem.officers.iter().map(|officer| Iv::of(keys.prk.suite(), &officer.id)).collect();
        Tickets { keys, ivs, known: HashMap::new() }
    }

    /// Returns the tickets of some officers, given by place in the pool, under one visit's key.
    fn of(&mut self, model: &Model, agency: u32, visit: &str, places: &[u32]) -> Vec<Ticket> {
        let pool = &model.pools[agency as usize].officers;
        let known = self.known.entry((agency, visit.to_owned())).or_insert_with(|| vec![None; pool.len()]);
        let mut key = None;
        let ids = &model.problem.agencies;
        let one = |&at: &u32| {
            *known[at as usize].get_or_insert_with(|| {
                let label = || keys::team_label(&self.keys.group, &ids[agency as usize].id, visit);
                let key = key.get_or_insert_with(|| self.keys.prk.key(&label()));
                key.ticket(self.ivs[pool[at as usize] as usize])
            })
        };
        places.iter().map(one).collect()
    }
}

/// Holds what repair has found out about double outings.
#[derive(Clone, Debug, Default)]
pub(super) struct Hints {
    /// Pairs of visits that an agency must not join: agency, morning, afternoon.
    pub apart: HashSet<(u32, u32, u32)>,
    /// By agency and day: outings above which visits of near townships are joined.
    pub outings_max: HashMap<(u32, u32), u32>,
    /// By agency: visits that each officer of the pool keeps back for single outings.
    pub withheld: HashMap<u32, Vec<u32>>,
}

/// Holds one agency's outings and the teams that the draw gives them.
#[derive(Clone, Debug, Default)]
pub(super) struct AgencyTeams {
    pub outings: Vec<Seated>,
    /// Outings without a team, by place in `outings`.
    pub failed: Vec<u32>,
    /// Officers, by place in the pool, whom a failed search came by: they stand in the way.
    pub tight: BTreeSet<u32>,
    pub proof: Option<AgencyProof>,
}

/// Is an outing with its team.
#[derive(Clone, Debug)]
pub(super) struct Seated {
    pub outing: Outing,
    /// Visit whose key gives the tickets.
    pub label: String,
    /// Officers who could come, by place in the pool, with their tickets.
    pub eligible: Vec<(u32, Ticket)>,
    pub mix: Mix,
    /// Places in the pool, increasing; none where there is no team.
    pub team: Vec<u32>,
}

/// Holds the prices that prove one agency's teams optimal, in linear time and without a solver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgencyProof {
    pub agency: u32,
    /// The flow over double outings, then the one over single outings; a flow without outings is left out.
    pub stages: Vec<StageProof>,
}

/// Holds the prices of one flow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageProof {
    /// Visits in each of the stage's outings, 2 or 1.
    pub weight: u32,
    /// Leading ticket bits in the costs, and the bits by which a load's cost is shifted.
    pub ticket_bits: u32,
    pub load_shift: u32,
    /// Smallest load of the agency before the stage; loads count from it.
    pub load_base: u32,
    /// By day and label.
    pub outings: Vec<OutingPrice>,
    /// By certificate number.
    pub officers: Vec<OfficerPrice>,
    /// Whether another set of teams has the same loads and ticket sum, so that the rule for ties chose.
    pub tied: bool,
}

/// Is the price of one outing and of its gates.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutingPrice {
    /// The visit whose key gave the tickets.
    pub label: String,
    pub price: i64,
    /// `None` where the outing has no such gate, or nobody could come through it.
    pub one: Option<i64>,
    pub other: Option<i64>,
}

/// Is the price of one officer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OfficerPrice {
    pub officer: u32,
    /// `None` for an officer who could join none of the flow's outings.
    pub price: Option<i64>,
    /// Visits that the officer keeps back from double outings, so that single ones find their officers.
    pub kept: u32,
}

/// Draws all teams of one agency; `ids` are the visits' ids by position in the calendar.
pub(super) fn staff_agency(
    calendar: &Calendar,
    tickets: &mut Tickets,
    ids: &[String],
    agency: u32,
    hints: &Hints,
) -> AgencyTeams {
    let model = calendar.model;
    let pool = &model.pools[agency as usize];
    let size = model.problem.rules.team_size;
    let mut result = AgencyTeams::default();
    let mut used = Used::new();
    let labelled = outings(calendar, agency, hints).into_iter().map(|outing| {
        let first = outing.visits.iter().map(|&visit| &ids[visit as usize]).min();
        (first.expect("an outing has a visit").clone(), outing)
    });
    let mut labelled: Vec<(String, Outing)> = labelled.collect();
    // The order that the protocol names: mixes go round in it, and ties are settled in it.
    labelled.sort_by(|a, b| (a.1.day, &a.0).cmp(&(b.1.day, &b.0)));
    for (label, outing) in labelled {
        let sites: Vec<u32> = outing.visits.iter().map(|&visit| calendar.visits[visit as usize].site).collect();
        let places = eligible(model, &sites, agency, outing.day);
        let mix = Mix::of(outing.need, size, places.iter().map(|&at| pool.holds[at as usize]), &mut used);
        let drawn = tickets.of(model, agency, &label, &places);
        let eligible = places.into_iter().zip(drawn).collect();
        result.outings.push(Seated { outing, label, eligible, mix, team: Vec::new() });
    }
    let mut loads = Loads::of(model, agency, hints);
    let mut proof = AgencyProof { agency, stages: Vec::new() };
    for weight in [2, 1] {
        let rows = 0..result.outings.len() as u32;
        let mut active: Vec<u32> =
            rows.filter(|&at| result.outings[at as usize].outing.visits.len() as u32 == weight).collect();
        while !active.is_empty() {
            let mut stage = Stage::build(model, agency, &result.outings, &active, &loads, weight);
            let failed = stage.run();
            if failed.is_empty() {
                debug_assert_eq!(stage.claim(&loads).check(), Ok(()), "the prices prove the teams");
                for (row, team) in active.iter().zip(stage.teams()) {
                    let day = result.outings[*row as usize].outing.day;
                    team.iter().for_each(|&at| loads.add(at, day, weight));
                    result.outings[*row as usize].team = team;
                }
                proof.stages.push(stage.proof(pool, &loads, &result.outings, &active));
                break;
            }
            result.tight.extend(stage.tight.iter());
            result.failed.extend(failed.iter().map(|&row| active[row as usize]));
            active.retain(|row| !result.failed.contains(row));
        }
    }
    result.failed.sort_unstable();
    result.proof = Some(proof);
    result
}

/// Finds the days on which a visit could have a team of an agency as a single outing, all others staying as they are.
///
/// `first` is another visit, short so far, that must find its team on its own date before.
pub(super) fn days_that_help(
    calendar: &Calendar,
    hints: &Hints,
    agency: u32,
    now: &AgencyTeams,
    visit: u32,
    first: Option<u32>,
) -> Vec<u32> {
    let model = calendar.model;
    let pool = &model.pools[agency as usize];
    let size = model.problem.rules.team_size;
    let mut loads = Loads::of(model, agency, hints);
    let mut rows = Vec::new();
    for row in &now.outings {
        match row.outing.visits[..] {
            [_, _] => row.team.iter().for_each(|&at| loads.add(at, row.outing.day, 2)),
            [one] if one != visit && !row.team.is_empty() => rows.push(row.clone()),
            _ => {}
        }
    }
    // Tickets do not matter for what is possible.
    let blank = Ticket::parse(&"0".repeat(32)).expect("32 hex digits are a ticket");
    let single = |visit: u32, day: u32| {
        let row = &calendar.visits[visit as usize];
        let need = row.parts.iter().find(|part| part.agency == agency).map_or(0, |part| part.need);
        let places = eligible(model, &[row.site], agency, day);
        let mix = Mix::of(need, size, places.iter().map(|&at| pool.holds[at as usize]), &mut Used::new());
        let eligible = places.into_iter().map(|at| (at, blank)).collect();
        Seated {
            outing: Outing { visits: vec![visit], day, need },
            label: String::new(),
            eligible,
            mix,
            team: Vec::new(),
        }
    };
    rows.extend(first.map(|first| single(first, calendar.visits[first as usize].day)));
    let fixed = rows.len() as u32;
    rows.extend(calendar.visits[visit as usize].choice.iter().map(|&day| single(visit, day)));
    let all: Vec<u32> = (0..rows.len() as u32).collect();
    let mut stage = Stage::build(model, agency, &rows, &all, &loads, 1);
    if !(0..fixed).all(|row| stage.network.send_anyhow(row, size)) {
        return Vec::new();
    }
    // Most days can be ruled out by one look at who could reach the sink at all.
    let reaching = stage.network.reaching();
    let helps = |row: &u32| reaching[*row as usize] && stage.network.could_send(*row, size);
    (fixed..rows.len() as u32).filter(helps).map(|row| rows[row as usize].outing.day).collect()
}

/// Counts what the officers of one agency have been given so far, by place in the pool.
struct Loads {
    /// Visits, those of the year before the period included.
    total: Vec<u32>,
    /// Visits that the cap of the period still allows.
    room: Vec<u32>,
    /// Days on which the officer is out already.
    busy: Vec<DaySet>,
    /// Visits kept back from double outings, so that single ones find their officers.
    withheld: Vec<u32>,
}

impl Loads {
    fn of(model: &Model, agency: u32, hints: &Hints) -> Loads {
        let withheld = hints
            .withheld
            .get(&agency)
            .cloned()
            .unwrap_or_else(|| vec![0; model.pools[agency as usize].officers.len()]);
        let rows = model.pools[agency as usize].officers.iter().map(|&at| &model.problem.officers[at as usize]);
        let (total, room): (Vec<u32>, Vec<u32>) = rows.map(|officer| (officer.prior, officer.visits_max)).unzip();
        let busy = vec![DaySet::empty(); total.len()];
        Loads { total, room, busy, withheld }
    }

    /// Returns how many outings of a weight an officer's load cap still allows.
    fn outings(&self, officer: u32, weight: u32) -> u32 {
        self.room[officer as usize].saturating_sub(self.kept(officer, weight)) / weight
    }

    /// Returns how many visits an officer keeps back from outings of a weight.
    fn kept(&self, officer: u32, weight: u32) -> u32 {
        if weight > 1 { self.withheld[officer as usize] } else { 0 }
    }

    fn add(&mut self, officer: u32, day: u32, visits: u32) {
        self.total[officer as usize] += visits;
        self.room[officer as usize] -= visits;
        let busy = &mut self.busy[officer as usize];
        assert!(!busy.contains(day), "an officer makes one outing a day");
        busy.insert(day);
    }
}

/// Is one flow: outings of one weight, their gates, officers' days, officers, sink.
struct Stage {
    network: Network,
    size: u32,
    rows: u32,
    /// Node of each outing's gates.
    gates: Vec<[Option<u32>; 2]>,
    /// Officers' arcs: row and place in the pool by arc; the arcs of a row stand together.
    seats: Vec<(u32, u32)>,
    /// Officers in the network: place in the pool and position in the problem, with their nodes.
    officers: Vec<(u32, u32, u32)>,
    weight: u32,
    ticket_bits: u32,
    load_shift: u32,
    load_base: u32,
    tight: BTreeSet<u32>,
    tied: bool,
}

impl Stage {
    fn build(model: &Model, agency: u32, all: &[Seated], active: &[u32], loads: &Loads, weight: u32) -> Stage {
        let pool = &model.pools[agency as usize];
        let size = model.problem.rules.team_size;
        let days = model.problem.days.len();
        let rows = active.len() as u32;
        let mut node = rows;
        let mut gates = vec![[None; 2]; active.len()];
        for (row, &at) in active.iter().enumerate() {
            let mix = all[at as usize].mix;
            for (slot, gate) in gates[row].iter_mut().enumerate() {
                if mix.need != 0 && (slot == 0 && size > 1 || slot == 1 && mix.other.is_some()) {
                    *gate = Some(node);
                    node += 1;
                }
            }
        }
        let load_base = loads.total.iter().copied().min().unwrap_or(0);
        let load_top =
            loads.total.iter().zip(&loads.room).map(|(&load, &room)| load - load_base + room.min(2 * days as u32));
        let load_bits = (4 * u64::from(load_top.max().unwrap_or(0)) + 8).next_power_of_two().ilog2();
        let seat_bits = (2 * u64::from(rows * size)).next_power_of_two().ilog2();
        let ticket_bits = TICKET_BITS.min(COST_BITS - load_bits - seat_bits);
        let load_shift = ticket_bits + seat_bits;
        // Officers' days get their nodes as they are met, officers after them, in order.
        let mut day_node = vec![0u32; pool.officers.len() * days];
        let (mut seats, mut arcs, mut officer_days) = (Vec::new(), Vec::new(), Vec::new());
        for (row, &at) in active.iter().enumerate() {
            let seated = &all[at as usize];
            for &(officer, ticket) in &seated.eligible {
                if loads.busy[officer as usize].contains(seated.outing.day) || loads.outings(officer, weight) == 0 {
                    continue;
                }
                let from = match seated.mix.gate(pool.holds[officer as usize]) {
                    Some(Gate::Full) => Some(row as u32),
                    Some(Gate::One) => gates[row][0],
                    Some(Gate::Other) => gates[row][1],
                    None => None,
                };
                let Some(from) = from else { continue };
                let slot = &mut day_node[officer as usize * days + seated.outing.day as usize];
                if *slot == 0 {
                    *slot = node;
                    officer_days.push((node, officer));
                    node += 1;
                }
                let cost = (ticket.value() >> (128 - ticket_bits)) as i64;
                arcs.push(Arc { from, to: *slot, capacity: 1, cost });
                seats.push((row as u32, officer));
            }
        }
        let mut outings_of = vec![0u32; pool.officers.len()];
        officer_days.iter().for_each(|&(_, officer)| outings_of[officer as usize] += 1);
        let mut officer_node = vec![0u32; pool.officers.len()];
        let mut officers = Vec::new();
        for (officer, &outings) in outings_of.iter().enumerate() {
            if outings > 0 {
                officer_node[officer] = node;
                officers.push((officer as u32, pool.officers[officer], node));
                node += 1;
            }
        }
        for (from, officer) in officer_days {
            arcs.push(Arc { from, to: officer_node[officer as usize], capacity: 1, cost: 0 });
        }
        for &(officer, _, from) in &officers {
            let units = outings_of[officer as usize].min(loads.outings(officer, weight));
            let mut load = u64::from(loads.total[officer as usize] - load_base);
            for _ in 0..units {
                // The square of the load grows by (load + weight)² − load².
                let growth = u64::from(weight) * (2 * load + u64::from(weight));
                arcs.push(Arc { from, to: node, capacity: 1, cost: (growth as i64) << load_shift });
                load += u64::from(weight);
            }
        }
        for (row, gate) in gates.iter().enumerate() {
            for (gate, kind) in gate.iter().zip([Gate::One, Gate::Other]) {
                if let Some(to) = *gate {
                    arcs.push(Arc { from: row as u32, to, capacity: Mix::limit(kind, size), cost: 0 });
                }
            }
        }
        let network = Network::new(node + 1, arcs);
        let (tight, tied) = (BTreeSet::new(), false);
        Stage { network, size, rows, gates, seats, officers, weight, ticket_bits, load_shift, load_base, tight, tied }
    }

    /// Seats all outings; returns the rows that stay short, and seats nobody if there are any.
    fn run(&mut self) -> Vec<u32> {
        // Who stays short does not depend on costs, and any path is found sooner than a cheapest one.
        let blank = self.network.clone();
        let failed: Vec<u32> = (0..self.rows).filter(|&row| !self.seat_anyhow(row)).collect();
        self.network = blank;
        if failed.is_empty() {
            for row in 0..self.rows {
                for _ in 0..self.size {
                    assert!(self.network.augment(row), "what can be seated can be seated at least cost");
                }
            }
            self.tied = self.network.settle_ties();
        }
        failed
    }

    /// Seats an outing whatever it costs, or notes who stands in the way.
    fn seat_anyhow(&mut self, row: u32) -> bool {
        let is_seated = self.network.send_anyhow(row, self.size);
        if !is_seated {
            let first = self.officers.first().map_or(u32::MAX, |row| row.2);
            let officers = self.network.reached().filter(|&node| node >= first);
            self.tight.extend(officers.map(|node| self.officers[(node - first) as usize].0));
        }
        is_seated
    }

    /// Returns the team of each row, by place in the pool, increasing.
    fn teams(&self) -> Vec<Vec<u32>> {
        let mut teams = vec![Vec::new(); self.rows as usize];
        for (&(row, officer), &units) in self.seats.iter().zip(self.network.flow()) {
            if units == 1 {
                teams[row as usize].push(officer);
            }
        }
        teams
    }

    /// Returns the flow in the form in which [`Claim::check`] tests it.
    fn claim(&self, loads: &Loads) -> Claim {
        let prices = self.network.prices();
        let mut entries: Vec<Entry> =
            (0..self.rows as usize).map(|row| Entry { price: prices[row], gate: None }).collect();
        // The network numbers the gates right behind the outings.
        for (row, gates) in self.gates.iter().enumerate() {
            for (gate, kind) in gates.iter().zip([Gate::One, Gate::Other]) {
                if let Some(node) = *gate {
                    let gate = Some((row as u32, Mix::limit(kind, self.size)));
                    entries.push(Entry { price: prices[node as usize], gate });
                }
            }
        }
        let mut place = BTreeMap::new();
        let mut officers = Vec::new();
        for &(officer, _, node) in &self.officers {
            place.insert(officer, officers.len() as u32);
            let units = self.network.arcs().iter().filter(|arc| arc.from == node).count() as u32;
            officers.push((prices[node as usize], loads.total[officer as usize] - self.load_base, units));
        }
        let arcs = self.network.arcs().iter().zip(self.network.flow());
        let ways = self.seats.iter().zip(arcs).map(|(&(_, officer), (arc, &units))| Way {
            officer: place[&officer],
            // The node of an officer's day stands for the day.
            day: arc.to,
            entry: arc.from,
            cost: arc.cost,
            seated: units == 1,
        });
        Claim { entries, officers, ways: ways.collect(), weight: self.weight, load_shift: self.load_shift }
    }

    fn proof(&self, pool: &Pool, loads: &Loads, all: &[Seated], active: &[u32]) -> StageProof {
        let price = |node: u32| Some(self.network.prices()[node as usize]).filter(|&price| price > PRICE_MIN);
        let row_price = |(row, &at): (u32, &u32)| OutingPrice {
            label: all[at as usize].label.clone(),
            price: price(row).expect("an outing that is seated has a way to the sink"),
            one: self.gates[row as usize][0].and_then(price),
            other: self.gates[row as usize][1].and_then(price),
        };
        let node_of: BTreeMap<u32, u32> = self.officers.iter().map(|&(at, _, node)| (at, node)).collect();
        let officer_price = |(at, &officer): (u32, &u32)| OfficerPrice {
            officer,
            price: node_of.get(&at).copied().and_then(price),
            kept: loads.kept(at, self.weight),
        };
        StageProof {
            weight: self.weight,
            ticket_bits: self.ticket_bits,
            load_shift: self.load_shift,
            load_base: self.load_base,
            outings: (0..).zip(active).map(row_price).collect(),
            officers: (0..)
                .zip(&pool.officers)
                .map(officer_price)
                .filter(|row| row.price.is_some() || row.kept > 0)
                .collect(),
            tied: self.tied,
        }
    }
}
