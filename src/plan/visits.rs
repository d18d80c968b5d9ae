//! Between the plan's words and the staffing's numbers: duties become a problem, its answer becomes visits.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::calendar::{Open, WorkingDay};
use super::model::{
    AgencyNo, Duty, EntityNo, Half, Holder, Inputs, InspectorNo, Potential, Recused, Seat, Span, TaskNo, Team,
    Unplaced, Visit,
};
use super::staffing::{self, DaySet, Problem, Shortage, Staffing};
use crate::both;
use crate::lang::Text;

/// Holds a staffing problem and which entities its sites are.
#[derive(Debug)]
pub struct Posed {
    pub problem: Problem,
    /// Entities of the sites, increasing.
    pub sites: Vec<EntityNo>,
}

/// Poses the staffing problem of a plan's duties over its working days.
pub fn pose(inputs: &Inputs, days: &[WorkingDay], duties: &[Duty]) -> Posed {
    let rules = &inputs.rules.team;
    let skills = skills(inputs);
    let open = Open::of(inputs);
    let sites: Vec<EntityNo> = duties.iter().map(|duty| duty.entity).collect::<BTreeSet<_>>().into_iter().collect();
    let site_of = |entity: EntityNo| sites.binary_search(&entity).expect("every duty's entity is a site") as u32;
    let items = inputs.items.iter().map(|item| staffing::Item {
        agency: item.agency.0,
        skill: item.qualification.as_deref().map(|name| skills[name]),
    });
    let problem = Problem {
        rules: staffing::Rules {
            team_size: rules.size,
            agencies_per_visit_max: rules.agencies_per_visit_max,
            visits_per_day_max: rules.visits_per_day_max,
            hop_minutes_max: rules.hop_minutes_max,
            search: inputs.rules.search,
        },
        days: days
            .iter()
            .map(|day| staffing::Day {
                week: day.week,
                weekday: day.date.weekday().to_monday_one_offset().unsigned_abs(),
            })
            .collect(),
        travel: travel(inputs),
        agencies: inputs
            .agencies
            .iter()
            .map(|agency| staffing::Agency { id: agency.code.clone(), teams_per_day_max: agency.teams_per_day })
            .collect(),
        items: items.collect(),
        officers: officers(inputs, days, &skills),
        sites: site_list(inputs, days, duties, &sites),
        duties: duties
            .iter()
            .map(|duty| {
                let (task, entity) = (&inputs.tasks[duty.task.at()], &inputs.entities[duty.entity.at()]);
                let (first_day, last_day) = window(days, task.window);
                staffing::Duty {
                    site: site_of(duty.entity),
                    agency: duty.agency.0,
                    items: duty.items.iter().map(|item| item.0).collect(),
                    first_day,
                    last_day,
                    closed: day_set(days, |date| !open.is_open(task, entity, date)),
                    separate: task.separate,
                }
            })
            .collect(),
    };
    Posed { problem, sites }
}

/// Turns the staffing's answer into visits by id and the list of duties that have none.
pub fn read(
    inputs: &Inputs,
    days: &[WorkingDay],
    duties: &[Duty],
    posed: &Posed,
    staffing: &Staffing,
) -> (Vec<Visit>, Vec<Unplaced>) {
    let mut visits: Vec<Visit> =
        staffing.visits.iter().map(|visit| visit_of(inputs, days, duties, posed, visit)).collect();
    visits.sort_by(|a, b| a.id.cmp(&b.id));
    let shortages = shortage_texts(inputs, staffing);
    let mut unplaced: Vec<Unplaced> = staffing
        .unplaced
        .iter()
        .map(|row| {
            let duty = &duties[row.duty as usize];
            let detail = shortages.get(&row.duty).cloned().unwrap_or_default();
            Unplaced { task: duty.task, entity: duty.entity, agency: duty.agency, reason: row.reason.code(), detail }
        })
        .collect();
    unplaced.sort_by_key(|row| (row.task, row.entity, row.agency));
    (visits, unplaced)
}

/// Turns the prices that prove the teams into rows by agency, visits of the flow, officers and outings.
///
/// A price is the negative of the flow's: what an outing pays for its dearest seat, what one more visit of an officer
/// costs.
pub fn potentials(staffing: &Staffing) -> Vec<Potential> {
    let positive = |price: i64| u64::try_from(-price).expect("a node's price is never above the sink's");
    let mut rows = Vec::new();
    for (proof, stage) in staffing.potentials.iter().flat_map(|proof| proof.stages.iter().map(move |row| (proof, row)))
    {
        let row = |holder: Holder, price: Option<i64>| Potential {
            agency: AgencyNo(proof.agency),
            visits: stage.weight,
            holder,
            price: price.map(positive),
            one: None,
            other: None,
            kept: 0,
        };
        rows.extend(stage.officers.iter().map(|officer| Potential {
            kept: officer.kept,
            ..row(Holder::Officer(InspectorNo(officer.officer)), officer.price)
        }));
        rows.extend(stage.outings.iter().map(|outing| Potential {
            one: outing.one.map(positive),
            other: outing.other.map(positive),
            ..row(Holder::Outing(outing.label.clone()), Some(outing.price))
        }));
    }
    rows.sort_by(|a, b| (a.agency, a.visits, &a.holder).cmp(&(b.agency, b.visits, &b.holder)));
    rows
}

fn visit_of(inputs: &Inputs, days: &[WorkingDay], duties: &[Duty], posed: &Posed, visit: &staffing::Visit) -> Visit {
    let due = || visit.duties.iter().map(|at| &duties[*at as usize]);
    let tasks: BTreeSet<TaskNo> = due().map(|duty| duty.task).collect();
    let items: BTreeSet<_> = due().flat_map(|duty| duty.items.iter().copied()).collect();
    let first = tasks.first().expect("a visit has a duty");
    let teams = visit.teams.iter().map(|team| Team {
        agency: AgencyNo(team.agency),
        drawn_for: team.label_visit.clone(),
        seats: team
            .seats
            .iter()
            .map(|seat| Seat { inspector: InspectorNo(seat.officer), rank: seat.rank, ticket: seat.ticket })
            .collect(),
    });
    let half = match (posed.problem.sites[visit.site as usize].halfdays, visit.half) {
        (2, _) => Half::WholeDay,
        (_, 0) => Half::Morning,
        _ => Half::Afternoon,
    };
    Visit {
        id: visit.id.clone(),
        entity: posed.sites[visit.site as usize],
        date: days[visit.day as usize].date,
        half,
        lead: inputs.tasks[first.at()].lead,
        tasks: tasks.into_iter().collect(),
        items: items.into_iter().collect(),
        teams: teams.collect(),
    }
}

/// Numbers the qualifications that items ask for or officers hold, in the order of their names.
fn skills(inputs: &Inputs) -> BTreeMap<&str, u32> {
    let needed = inputs.items.iter().filter_map(|item| item.qualification.as_deref());
    let held = inputs.inspectors.iter().flat_map(|officer| officer.qualifications.iter().map(String::as_str));
    let names: BTreeSet<&str> = needed.chain(held).collect();
    names.into_iter().zip(0..).collect()
}

fn officers(inputs: &Inputs, days: &[WorkingDay], skills: &BTreeMap<&str, u32>) -> Vec<staffing::Officer> {
    let prior = prior_visits(inputs);
    let officer = |officer: &super::model::Inspector| {
        let certified = |date: Date| officer.is_valid && officer.valid.contains(date);
        let there = |date: Date| certified(date) && !officer.leave.iter().any(|leave| leave.contains(date));
        staffing::Officer {
            id: officer.certificate.clone(),
            agency: officer.agency.0,
            skills: officer.qualifications.iter().map(|name| skills[name.as_str()]).collect(),
            townships: officer.townships.as_ref().map(|list| list.iter().map(|no| no.0).collect()),
            certificate: day_set(days, certified),
            days: day_set(days, there),
            visits_max: officer.visits_max.unwrap_or(inputs.rules.team.visits_max),
            prior: prior.get(officer.certificate.as_str()).copied().unwrap_or(0),
        }
    };
    inputs.inspectors.iter().map(officer).collect()
}

/// Counts each officer's visits of the calendar year before the period: the load carried over.
fn prior_visits(inputs: &Inputs) -> BTreeMap<&str, u32> {
    let before = inputs.rules.days.first;
    let mut doors: BTreeMap<&str, BTreeSet<(Date, &str)>> = BTreeMap::new();
    for past in inputs.history.iter().filter(|past| past.date.year() == before.year() && past.date < before) {
        for certificate in &past.inspectors {
            doors.entry(certificate).or_default().insert((past.date, &past.entity));
        }
    }
    doors.into_iter().map(|(certificate, visits)| (certificate, visits.len() as u32)).collect()
}

fn site_list(inputs: &Inputs, days: &[WorkingDay], duties: &[Duty], sites: &[EntityNo]) -> Vec<staffing::Site> {
    let mut items: BTreeMap<EntityNo, BTreeSet<super::model::ItemNo>> = BTreeMap::new();
    for duty in duties {
        items.entry(duty.entity).or_default().extend(&duty.items);
    }
    let barred = barred(inputs, sites);
    let site = |no: &EntityNo| {
        let entity = &inputs.entities[no.at()];
        let mut minutes: BTreeMap<AgencyNo, u32> = BTreeMap::new();
        for item in items[no].iter().map(|item| &inputs.items[item.at()]) {
            *minutes.entry(item.agency).or_default() += item.minutes;
        }
        let longest = minutes.into_values().max().unwrap_or(0);
        staffing::Site {
            id: entity.id.clone(),
            township: entity.township.0,
            halfdays: if longest > inputs.rules.team.half_day_minutes { 2 } else { 1 },
            half: match entity.hours {
                Some(Half::Morning) => Some(0),
                Some(Half::Afternoon) => Some(1),
                Some(Half::WholeDay) | None => None,
            },
            open: day_set(days, |_| true),
            barred: barred.get(no).map_or(Vec::new(), |officers| officers.iter().map(|no| no.0).collect()),
        }
    };
    sites.iter().map(site).collect()
}

/// Lists who must not come to each site: recused officers and agencies, and each agency's last team there.
fn barred(inputs: &Inputs, sites: &[EntityNo]) -> BTreeMap<EntityNo, BTreeSet<InspectorNo>> {
    let mut barred: BTreeMap<EntityNo, BTreeSet<InspectorNo>> = BTreeMap::new();
    let of_agency = |agency: AgencyNo| {
        (0..).map(InspectorNo).zip(&inputs.inspectors).filter(move |(_, officer)| officer.agency == agency)
    };
    // A recusal that ends within the period keeps the officer away for all of it: the safe side, and a simpler rule.
    let stands = |until: Option<Date>| until.is_none_or(|until| until >= inputs.rules.days.first);
    for recusal in inputs.recusals.iter().filter(|recusal| stands(recusal.until)) {
        let away = barred.entry(recusal.entity).or_default();
        match recusal.who {
            Recused::Inspector(no) => away.extend([no]),
            Recused::Agency(agency) => away.extend(of_agency(agency).map(|(no, _)| no)),
        }
    }
    let is_site = |id: &str| inputs.entity(id).filter(|no| sites.binary_search(no).is_ok());
    let mut last: BTreeMap<(EntityNo, AgencyNo), (Date, Vec<&String>)> = BTreeMap::new();
    for past in &inputs.history {
        let Some(entity) = is_site(&past.entity) else {
            continue;
        };
        let (date, team) = last.entry((entity, past.agency)).or_insert((past.date, Vec::new()));
        if past.date > *date {
            *date = past.date;
            team.clear();
        }
        if past.date == *date {
            team.extend(&past.inspectors);
        }
    }
    for ((entity, agency), (_, team)) in last {
        // Whoever has moved to another agency since is not of that agency's last team there.
        let of_last_team = team.into_iter().filter_map(|number| inputs.inspector(number));
        let still_there = of_last_team.filter(|no| inputs.inspectors[no.at()].agency == agency);
        barred.entry(entity).or_default().extend(still_there);
    }
    barred
}

/// Computes minutes between all townships: shortest paths over the roads (Floyd 1962).
fn travel(inputs: &Inputs) -> Vec<Vec<u32>> {
    let count = inputs.townships.len();
    let mut minutes = vec![vec![UNREACHABLE; count]; count];
    (0..count).for_each(|town| minutes[town][town] = 0);
    for road in &inputs.travel {
        let (from, to) = (road.from.at(), road.to.at());
        minutes[from][to] = minutes[from][to].min(road.minutes);
        minutes[to][from] = minutes[from][to];
    }
    for via in 0..count {
        for from in 0..count {
            for to in 0..count {
                minutes[from][to] = minutes[from][to].min(minutes[from][via].saturating_add(minutes[via][to]));
            }
        }
    }
    minutes
}

/// Minutes that no hop limit allows, and that can still be added up.
const UNREACHABLE: u32 = u32::MAX / 4;

/// Returns the positions of a window's first and last working day.
fn window(days: &[WorkingDay], window: Span) -> (u32, u32) {
    let first = days.partition_point(|day| day.date < window.first) as u32;
    let end = days.partition_point(|day| day.date <= window.last) as u32;
    debug_assert!(first < end, "loading refuses a window without a working day");
    (first, end.saturating_sub(1))
}

fn day_set(days: &[WorkingDay], is_in: impl Fn(Date) -> bool) -> DaySet {
    (0..).zip(days).filter(|(_, day)| is_in(day.date)).map(|(at, _)| at).collect()
}

/// Says in words what each unplaced duty's shortage is.
fn shortage_texts(inputs: &Inputs, staffing: &Staffing) -> BTreeMap<u32, Text> {
    let skills = skills(inputs);
    let name = |skill: u32| skills.iter().find(|(_, no)| **no == skill).map_or("", |(name, _)| *name);
    let text = |shortage: &Shortage| {
        let who = shortage.skill.map(name).map_or(both!("officers", "执法人员"), |skill| {
            both!("officers with {skill}", "持有“{skill}”资质的执法人员")
        });
        let (seats, visits) =
            (Text::counted(shortage.needed, "seat"), Text::counted(shortage.duty_groups.len(), "visit"));
        both!(
            who, seats, visits => "{} needs {seats} of {who} for {visits} and has {}",
            "{} 的 {visits} 次检查需要{who} {seats} 人次，只有 {} 人次",
            inputs.agencies[shortage.agency as usize].code,
            shortage.available
        )
    };
    let duties = |shortage: &Shortage| shortage.duty_groups.iter().flatten().copied().collect::<Vec<_>>();
    staffing
        .shortages
        .iter()
        .flat_map(|shortage| duties(shortage).into_iter().map(move |duty| (duty, text(shortage))))
        .collect()
}
