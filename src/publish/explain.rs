//! Answers for the one who asks about themselves: a firm, an officer, or an agency.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::load::{self, AgencyLoads, loads};
use crate::files::rows;
use crate::lottery::sample::Place;
use crate::lottery::{Entry, Iv, Ticket, keys};
use crate::plan::eligibility::{circle, obstacle, outing};
use crate::plan::model::{AgencyNo, EntityNo, Exclusion, Inputs, InspectorNo, Team, Visit};
use crate::plan::words::Word;
use crate::run::Made;

/// Holds what a plan says about one id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer {
    Entity(EntityAnswer),
    Officer(OfficerAnswer),
    /// An agency by its code, or all of them together by `*`.
    Agency(AgencyLoads),
}

/// Holds what a plan says about one entity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntityAnswer {
    pub id: String,
    pub name: String,
    pub iv: String,
    /// Reasons that keep the entity out of every task, or out of single ones.
    pub excluded: Vec<ExcludedFrom>,
    pub frames: Vec<InFrame>,
    /// Tasks whose scope it misses.
    pub tasks_out_of_scope: u32,
    pub visits: Vec<VisitAnswer>,
    /// Duties at the entity that could not be placed: task, agency, reason, detail.
    pub unplaced: Vec<[String; 4]>,
}

/// Is a task, `*` for all, and the reason why the entity is not in its frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExcludedFrom {
    pub task: String,
    pub reason: &'static str,
    pub means: String,
}

/// Is a frame that the entity was in, and how the draw went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InFrame {
    pub task: String,
    pub name: String,
    pub stratum: &'static str,
    pub group: String,
    pub key: String,
    pub population: u32,
    pub sample: u32,
    pub chance: String,
    pub ticket: String,
    pub rank: u32,
    pub cutoff: String,
    /// `drawn`, `reserve` or `not drawn`.
    pub outcome: &'static str,
}

/// Is one visit with its teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VisitAnswer {
    pub visit: String,
    pub date: String,
    pub half: &'static str,
    pub tasks: String,
    pub items: String,
    /// Agency, officers with certificate and rank.
    pub teams: Vec<(String, Vec<String>)>,
    /// How each agency's team came about, in the same order.
    pub draws: Vec<TeamDraw>,
}

/// Is the draw of one team: who could have gone, in the order of tickets, and why the others could not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TeamDraw {
    pub agency: String,
    /// The visit whose label gave the tickets, and the visits that the team makes on the day.
    pub drawn_for: String,
    pub visits: Vec<String>,
    /// By ticket, smallest first.
    pub eligible: Vec<Colleague>,
    /// Colleagues by what stood in their way, the first reason each.
    pub not_eligible: BTreeMap<&'static str, Vec<String>>,
}

/// Is one officer who could have gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Colleague {
    pub rank: u32,
    pub certificate: String,
    pub name: String,
    pub ticket: String,
    pub qualifications: Vec<String>,
    /// Visits of the officer in the whole plan.
    pub visits: u32,
    pub goes: bool,
}

/// Holds what a plan says about one officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfficerAnswer {
    pub certificate: String,
    pub name: String,
    pub agency: String,
    /// Visits that the officer's agency attends.
    pub visits_of_agency: u32,
    /// Those for which nothing stood in the officer's way on the day.
    pub eligible: u32,
    /// Visits by what stood in the way, the first reason each.
    pub not_eligible: BTreeMap<&'static str, u32>,
    pub seats: Vec<SeatAnswer>,
    /// Least and most visits among the agency's officers with a valid certificate.
    pub least_of_agency: u32,
    pub most_of_agency: u32,
}

/// Is one seat of an officer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SeatAnswer {
    pub visit: String,
    pub entity: String,
    pub date: String,
    pub half: &'static str,
    pub rank: u32,
    pub ticket: String,
}

/// Finds an entity or an officer by id, an agency by code, `*` for all agencies, and says what the plan has for it; `None`
/// for an id that is none of them.
pub fn explain(made: &Made, id: &str) -> Option<Answer> {
    let inputs = &made.inputs;
    if let Some(no) = inputs.entity(id) {
        return Some(Answer::Entity(entity(made, no)));
    }
    if let Some(no) = inputs.inspector(id) {
        return Some(Answer::Officer(officer(made, no)));
    }
    let agency = (0..).map(AgencyNo).zip(&inputs.agencies).find(|(_, agency)| agency.code == id).map(|(no, _)| no);
    (agency.is_some() || id == "*").then(|| Answer::Agency(loads(inputs, &made.plan, agency)))
}

fn entity(made: &Made, no: EntityNo) -> EntityAnswer {
    let inputs = &made.inputs;
    let entity = &inputs.entities[no.at()];
    let excluded: Vec<ExcludedFrom> = made
        .plan
        .frames
        .excluded
        .iter()
        .filter(|row| row.entity == entity.id)
        .map(|row| ExcludedFrom {
            task: row.task.map_or("*", |task| &inputs.tasks[task.at()].code).to_owned(),
            reason: row.why.code(),
            means: meaning(inputs, row.why),
        })
        .collect();
    let frames = frames(made, no);
    let told = excluded.iter().filter(|row| row.task != "*").count() + frames.len();
    let visits = made.plan.visits.iter().filter(|visit| visit.entity == no).map(|visit| visit_answer(made, visit));
    let unplaced = made.plan.unplaced.iter().filter(|row| row.entity == no).map(|row| {
        let agency = &inputs.agencies[row.agency.at()].code;
        [inputs.tasks[row.task.at()].code.clone(), agency.clone(), row.reason.to_owned(), row.detail.clone()]
    });
    EntityAnswer {
        id: entity.id.clone(),
        name: entity.name.clone(),
        iv: Iv::of(inputs.rules.suite, &entity.id).to_string(),
        tasks_out_of_scope: (inputs.tasks.len() - told) as u32,
        excluded,
        frames,
        visits: visits.collect(),
        unplaced: unplaced.collect(),
    }
}

fn frames(made: &Made, no: EntityNo) -> Vec<InFrame> {
    let inputs = &made.inputs;
    let mut frames = Vec::new();
    for (at, (stratum, sample)) in made.plan.frames.strata.iter().zip(&made.plan.samples).enumerate() {
        let Ok(position) = stratum.frame.binary_search(&no) else {
            continue;
        };
        let task = &inputs.tasks[stratum.task.at()];
        let key = made.prk.key(&keys::entity_label(&task.group));
        let behind = behind(made, at);
        let place = |position: usize| {
            let at = stratum.frame[position];
            let iv = Iv::of(key.suite(), &inputs.entities[at.at()].id);
            let balls = stratum.balls_all.unwrap_or_else(|| stratum.balls[position]);
            Place::of(&key, &Entry { at: at.0, iv, balls, behind: behind(at) })
        };
        let own = place(position);
        let before = (0..stratum.frame.len()).filter(|other| place(*other) < own).count() as u32;
        frames.push(InFrame {
            task: task.code.clone(),
            name: task.name.clone(),
            stratum: rows::stratum_name(stratum.name),
            group: task.group.clone(),
            key: key.to_string(),
            population: stratum.frame.len() as u32,
            sample: stratum.size,
            chance: rows::chance(inputs, stratum, position),
            ticket: own.ticket.to_string(),
            rank: before + 1,
            cutoff: rows::cutoff(stratum, sample.cutoff()),
            outcome: match before {
                rank if rank < stratum.size => "drawn",
                rank if rank < stratum.size + stratum.reserve => "reserve",
                _ => "not drawn",
            },
        });
    }
    frames
}

/// Tells who stands behind in a stratum: whom an earlier task of the group has drawn, where the task spreads.
fn behind(made: &Made, stratum_at: usize) -> impl Fn(EntityNo) -> bool + '_ {
    let stratum = &made.plan.frames.strata[stratum_at];
    let task = &made.inputs.tasks[stratum.task.at()];
    move |no| {
        let earlier =
            made.plan.frames.strata.iter().zip(&made.plan.samples).filter(|(other, _)| {
                other.task < stratum.task && made.inputs.tasks[other.task.at()].group == task.group
            });
        task.spread && earlier.into_iter().any(|(_, sample)| sample.drawn.iter().any(|pick| pick.at == no.0))
    }
}

fn meaning(inputs: &Inputs, why: Exclusion) -> String {
    match why {
        Exclusion::Status(status) => {
            format!("its status is {} ({})", status.word(), status.chinese())
        }
        Exclusion::NoId => "it has no code".to_owned(),
        Exclusion::OutOfScope => "no task of the plan has it in its scope".to_owned(),
        Exclusion::ClassWithoutRate => "the plan gives its credit class no rate".to_owned(),
        Exclusion::VisitCap => {
            format!("it was visited this year as often as the rules allow ({})", inputs.rules.visits_per_year_max)
        }
        Exclusion::ItemCap(item) => {
            let item = &inputs.items[item.at()];
            format!("it was checked this year under item {} as often as the item allows", item.code)
        }
    }
}

fn team_draw(made: &Made, visit: &Visit, team: &Team) -> TeamDraw {
    let inputs = &made.inputs;
    let agency = &inputs.agencies[team.agency.at()].code;
    let visits = outing(&made.plan, visit, team);
    let group = format!("{}.{}", inputs.rules.region, inputs.rules.period);
    let key = made.prk.key(&keys::team_label(&group, agency, &team.drawn_for));
    let mut eligible = Vec::new();
    let mut not_eligible: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for (no, why) in circle(inputs, team, &visits) {
        let officer = &inputs.inspectors[no.at()];
        match why {
            Some(why) => not_eligible.entry(why).or_default().push(officer.certificate.clone()),
            None => {
                let iv = Iv::of(key.suite(), &officer.certificate);
                eligible.push(((key.ticket(iv), iv), no));
            }
        }
    }
    eligible.sort_unstable();
    let seated = |team: &Team, no: InspectorNo| team.seats.iter().any(|seat| seat.inspector == no);
    let colleague = |(rank, ((ticket, _), no)): (u32, ((Ticket, Iv), InspectorNo))| {
        let officer = &inputs.inspectors[no.at()];
        let teams = made.plan.visits.iter().flat_map(|visit| &visit.teams);
        Colleague {
            rank,
            certificate: officer.certificate.clone(),
            name: officer.name.clone(),
            ticket: ticket.to_string(),
            qualifications: officer.qualifications.clone(),
            visits: teams.filter(|team| seated(team, no)).count() as u32,
            goes: seated(team, no),
        }
    };
    TeamDraw {
        agency: agency.clone(),
        drawn_for: team.drawn_for.clone(),
        visits: visits.iter().map(|visit| visit.id.clone()).collect(),
        eligible: (1..).zip(eligible).map(colleague).collect(),
        not_eligible,
    }
}

fn visit_answer(made: &Made, visit: &Visit) -> VisitAnswer {
    let inputs = &made.inputs;
    let [tasks, items, _] = rows::visit_lists(inputs, visit);
    let teams = visit.teams.iter().map(|team| {
        let officer = |no: InspectorNo, rank: u32| {
            let officer = &inputs.inspectors[no.at()];
            format!("{} {} (rank {rank})", officer.name, officer.certificate)
        };
        let agency = &inputs.agencies[team.agency.at()];
        (
            format!("{} {}", agency.code, agency.name),
            team.seats.iter().map(|seat| officer(seat.inspector, seat.rank)).collect(),
        )
    });
    VisitAnswer {
        visit: visit.id.clone(),
        date: visit.date.to_string(),
        half: visit.half.word(),
        tasks,
        items,
        teams: teams.collect(),
        draws: visit.teams.iter().map(|team| team_draw(made, visit, team)).collect(),
    }
}

fn officer(made: &Made, no: InspectorNo) -> OfficerAnswer {
    let inputs = &made.inputs;
    let officer = &inputs.inspectors[no.at()];
    let mut not_eligible = BTreeMap::new();
    let mut seats = Vec::new();
    let (mut visits_of_agency, mut eligible) = (0, 0);
    for visit in &made.plan.visits {
        let Some(team) = visit.teams.iter().find(|team| team.agency == officer.agency) else {
            continue;
        };
        visits_of_agency += 1;
        match obstacle(inputs, no, visit) {
            None => eligible += 1,
            Some(why) => *not_eligible.entry(why).or_default() += 1,
        }
        seats.extend(team.seats.iter().filter(|seat| seat.inspector == no).map(|seat| SeatAnswer {
            visit: visit.id.clone(),
            entity: inputs.entities[visit.entity.at()].name.clone(),
            date: visit.date.to_string(),
            half: visit.half.word(),
            rank: seat.rank,
            ticket: seat.ticket.to_string(),
        }));
    }
    seats.sort_by(|a, b| (&a.date, a.half, &a.visit).cmp(&(&b.date, b.half, &b.visit)));
    let agency = &inputs.agencies[officer.agency.at()];
    let load = made.summary.loads.iter().find(|load| load.agency == agency.code);
    OfficerAnswer {
        certificate: officer.certificate.clone(),
        name: officer.name.clone(),
        agency: format!("{} {}", agency.code, agency.name),
        visits_of_agency,
        eligible,
        not_eligible,
        seats,
        least_of_agency: load.map_or(0, |load| load.least),
        most_of_agency: load.map_or(0, |load| load.most),
    }
}

/// Writes an answer for a terminal.
pub fn text(answer: &Answer) -> String {
    let mut text = String::new();
    let written = match answer {
        Answer::Entity(entity) => entity_text(&mut text, entity),
        Answer::Officer(officer) => officer_text(&mut text, officer),
        Answer::Agency(loads) => write!(text, "{}", load::text(loads)),
    };
    written.expect("a string takes all text");
    text
}

fn entity_text(text: &mut String, entity: &EntityAnswer) -> std::fmt::Result {
    writeln!(text, "entity {} {}\n  IV {}", entity.id, entity.name, entity.iv)?;
    for row in &entity.excluded {
        let task = if row.task == "*" { "every task".to_owned() } else { format!("task {}", row.task) };
        writeln!(text, "  not in the frame of {task}: {} ({})", row.means, row.reason)?;
    }
    for frame in &entity.frames {
        writeln!(
            text,
            "  task {} {}\n    stratum {}: {} of {} drawn, chance {}\n    ticket  {}  rank {}\n    cut-off {}  {}\n    key     {}  ({})",
            frame.task,
            frame.name,
            frame.stratum,
            frame.sample,
            frame.population,
            frame.chance,
            frame.ticket,
            frame.rank,
            frame.cutoff,
            frame.outcome,
            frame.key,
            frame.group
        )?;
    }
    writeln!(text, "  {} tasks have another scope", entity.tasks_out_of_scope)?;
    for visit in &entity.visits {
        writeln!(
            text,
            "  visit {} on {} {}, tasks {}\n    items {}",
            visit.visit, visit.date, visit.half, visit.tasks, visit.items
        )?;
        for (agency, officers) in &visit.teams {
            writeln!(text, "    {agency}: {}", officers.join(", "))?;
        }
        visit.draws.iter().try_for_each(|draw| draw_text(text, draw))?;
    }
    for [task, agency, reason, detail] in &entity.unplaced {
        writeln!(text, "  not placed: {agency} for task {task}: {reason} {detail}")?;
    }
    Ok(())
}

/// Colleagues in the order of tickets that a terminal shows for each team.
const COLLEAGUES_SHOWN: usize = 12;

fn draw_text(text: &mut String, draw: &TeamDraw) -> std::fmt::Result {
    let away: usize = draw.not_eligible.values().map(Vec::len).sum();
    let (could, visits) = (draw.eligible.len(), draw.visits.join(" and "));
    writeln!(text, "    draw of {} for {} ({visits}): {could} could go, {away} not", draw.agency, draw.drawn_for)?;
    for row in draw
        .eligible
        .iter()
        .take(COLLEAGUES_SHOWN)
        .chain(draw.eligible.iter().skip(COLLEAGUES_SHOWN).filter(|row| row.goes))
    {
        let (mark, held) = (if row.goes { "goes" } else { "" }, row.qualifications.join(";"));
        let (ticket, name, number) = (&row.ticket, &row.name, &row.certificate);
        writeln!(text, "      {:>4} {mark:<4} {ticket} {number} {name}, {} visits {held}", row.rank, row.visits)?;
    }
    if could > COLLEAGUES_SHOWN {
        writeln!(text, "      … {could} in all; --format json lists them")?;
    }
    for (why, officers) in &draw.not_eligible {
        writeln!(text, "      {} not: {why}", officers.len())?;
    }
    if could > 0 {
        writeln!(text, "      even loads come first, then the smallest tickets of the whole quarter together")?;
    }
    Ok(())
}

fn officer_text(text: &mut String, officer: &OfficerAnswer) -> std::fmt::Result {
    writeln!(text, "officer {} {}\n  agency {}", officer.certificate, officer.name, officer.agency)?;
    writeln!(text, "  could go to {} of the agency's {} visits", officer.eligible, officer.visits_of_agency)?;
    for (why, count) in &officer.not_eligible {
        writeln!(text, "    {count} not: {why}")?;
    }
    writeln!(
        text,
        "  drawn for {} (officers of the agency: {} to {})",
        officer.seats.len(),
        officer.least_of_agency,
        officer.most_of_agency
    )?;
    for seat in &officer.seats {
        writeln!(
            text,
            "    {} {:<3} {} rank {} ticket {} {}",
            seat.date, seat.half, seat.visit, seat.rank, seat.ticket, seat.entity
        )?;
    }
    Ok(())
}
