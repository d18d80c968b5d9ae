//! Answers for the one who asks about themselves: a firm, an officer, or an agency.

use std::collections::BTreeMap;

use serde::Serialize;

use super::load::{self, AgencyLoads, loads};
use super::since::{self, Added, Current, SeatNow, Since, TeamSent, VisitNow};
use crate::both;
use crate::files::store::rows;
use crate::lang::{Lines, Text, in_english};
use crate::lottery::sample::Place;
use crate::lottery::{Entry, Iv, Ticket, keys};
use crate::plan::eligibility::{circle, obstacle, outing};
use crate::plan::model::{AgencyNo, EntityNo, Exclusion, Half, Inputs, InspectorNo, Team, Visit};
use crate::plan::words::{self, Word};
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
    /// Visits that amendments since the draw added.
    pub added: Vec<Added<VisitNow>>,
    /// Duties at the entity that could not be placed.
    pub unplaced: Vec<NotPlaced>,
}

/// Is a duty without a visit, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotPlaced {
    pub task: String,
    pub agency: String,
    /// As `unplaced.csv` has it.
    pub reason: &'static str,
    /// What is short; empty where nothing is.
    #[serde(serialize_with = "in_english")]
    pub detail: Text,
}

/// Is a task, `*` for all, and the reason why the entity is not in its frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExcludedFrom {
    pub task: String,
    pub reason: &'static str,
    #[serde(serialize_with = "in_english")]
    pub means: Text,
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
    pub half: Half,
    pub tasks: String,
    pub items: String,
    pub teams: Vec<TeamSent>,
    /// How each agency's team came about, in the same order.
    pub draws: Vec<TeamDraw>,
    #[serde(flatten)]
    pub since: Since<VisitNow>,
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
    /// Seats that amendments since the draw gave to the officer.
    pub added: Vec<Added<SeatNow>>,
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
    pub half: Half,
    pub rank: u32,
    pub ticket: String,
    #[serde(flatten)]
    pub since: Since<SeatNow>,
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

/// Adds to an answer what the amendments since the draw made of it.
pub fn add_amendments(answer: &mut Answer, current: Current<'_>) {
    let inputs = &current.made.inputs;
    match answer {
        Answer::Entity(answer) => {
            answer.visits.iter_mut().for_each(|visit| visit.since = since::of_visit(current, &visit.visit));
            let drawn: Vec<&str> = answer.visits.iter().map(|visit| visit.visit.as_str()).collect();
            let no = inputs.entity(&answer.id).expect("the answer is about an entity of the plan");
            answer.added = since::added_visits(current, no, &drawn);
        }
        Answer::Officer(answer) => {
            let no = inputs.inspector(&answer.certificate).expect("the answer is about an officer of the plan");
            answer.seats.iter_mut().for_each(|seat| seat.since = since::of_seat(current, &seat.visit, no));
            let drawn: Vec<&str> = answer.seats.iter().map(|seat| seat.visit.as_str()).collect();
            answer.added = since::added_seats(current, no, &drawn);
        }
        Answer::Agency(answer) => answer.amendments = current.changes.len() as u32,
    }
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
    let unplaced = made.plan.unplaced.iter().filter(|row| row.entity == no).map(|row| NotPlaced {
        task: inputs.tasks[row.task.at()].code.clone(),
        agency: inputs.agencies[row.agency.at()].code.clone(),
        reason: row.reason,
        detail: row.detail.clone(),
    });
    EntityAnswer {
        id: entity.id.clone(),
        name: entity.name.clone(),
        iv: Iv::of(inputs.rules.suite, &entity.id).to_string(),
        tasks_out_of_scope: (inputs.tasks.len() - told) as u32,
        excluded,
        frames,
        visits: visits.collect(),
        added: Vec::new(),
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

fn meaning(inputs: &Inputs, why: Exclusion) -> Text {
    match why {
        Exclusion::Status(status) => {
            let (word, chinese) = (status.word(), status.chinese());
            both!("its status is {word} ({chinese})", "登记状态为{chinese}")
        }
        Exclusion::NoId => both!("it has no code", "没有代码"),
        Exclusion::OutOfScope => both!("no task of the plan has it in its scope", "计划中没有任务的范围包括它"),
        Exclusion::ClassWithoutRate => {
            both!("the plan gives its credit class no rate", "计划没有给它的信用分类规定比例")
        }
        Exclusion::VisitCap => {
            both!(
                "it was visited this year as often as the rules allow ({})",
                "本年检查次数已达上限（{} 次）",
                inputs.rules.visits_per_year_max
            )
        }
        Exclusion::ItemCap(item) => {
            let item = &inputs.items[item.at()];
            both!(
                "it was checked this year under item {} as often as the item allows",
                "本年按事项 {} 检查的次数已达上限",
                item.code
            )
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
    VisitAnswer {
        visit: visit.id.clone(),
        date: visit.date.to_string(),
        half: visit.half,
        tasks,
        items,
        teams: since::teams(inputs, visit),
        draws: visit.teams.iter().map(|team| team_draw(made, visit, team)).collect(),
        since: Since::default(),
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
            half: visit.half,
            rank: seat.rank,
            ticket: seat.ticket.to_string(),
            since: Since::default(),
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
        added: Vec::new(),
        least_of_agency: load.map_or(0, |load| load.least),
        most_of_agency: load.map_or(0, |load| load.most),
    }
}

/// Writes an answer for a terminal.
pub fn text(answer: &Answer) -> Text {
    let mut lines = Lines::default();
    match answer {
        Answer::Entity(entity) => entity_text(&mut lines, entity),
        Answer::Officer(officer) => officer_text(&mut lines, officer),
        Answer::Agency(loads) => return load::text(loads),
    }
    lines.text()
}

fn entity_text(lines: &mut Lines, entity: &EntityAnswer) {
    let EntityAnswer { id, name, iv, .. } = entity;
    lines.add(both!("entity {id} {name}\n  IV {iv}", "检查对象 {id} {name}\n  IV {iv}"));
    for ExcludedFrom { task, reason, means } in &entity.excluded {
        let task =
            if task == "*" { both!("every task", "任何任务") } else { both!("task {task}", "任务 {task} ") };
        lines.add(both!(
            task, means => "  not in the frame of {task}: {means} ({reason})",
            "  不在{task}的抽样框内：{means}（{reason}）"
        ));
    }
    for frame in &entity.frames {
        let InFrame { task, name, stratum, sample, population, chance, ticket, rank, cutoff, key, group, .. } = frame;
        let (stratum, chance, outcome) = (words::stratum(stratum), words::chance(chance), outcome(frame.outcome));
        lines.add(both!(
            stratum, chance, outcome => "  task {task} {name}\n    stratum {stratum}: {sample} of {population} drawn, chance {chance}\n    ticket  {ticket}  rank {rank}\n    cut-off {cutoff}  {outcome}\n    key     {key}  ({group})",
            "  任务 {task} {name}\n    层 {stratum}：{population} 户中抽 {sample} 户，机会 {chance}\n    抽签号 {ticket}  序号 {rank}\n    中签线 {cutoff}  {outcome}\n    密钥   {key}  （{group}）"
        ));
    }
    let others = Text::counted(entity.tasks_out_of_scope, "task");
    lines.add(both!(others => "  out of the scope of {others}", "  另有 {others} 个任务的范围不包括它"));
    for visit in &entity.visits {
        let VisitAnswer { visit: id, date, half, tasks, items, .. } = visit;
        let half = half.text();
        lines.add(both!(
            half => "  visit {id} on {date} {half}, tasks {tasks}\n    items {items}",
            "  检查 {id}：{date} {half}，任务 {tasks}\n    事项 {items}"
        ));
        since::teams_text(lines, &visit.teams);
        visit.draws.iter().for_each(|draw| draw_text(lines, draw));
        since::visit_text(lines, &visit.since);
    }
    entity.added.iter().for_each(|added| since::added_visit_text(lines, added));
    for NotPlaced { task, agency, reason, detail } in &entity.unplaced {
        let why = words::unplaced(reason);
        lines.add(both!(
            why, detail => "  not placed: {agency} for task {task}: {why} {detail}",
            "  未排期：任务 {task} 的部门 {agency}：{why}（{reason}） {detail}"
        ));
    }
}

fn outcome(word: &'static str) -> Text {
    let chinese = match word {
        "drawn" => "抽中",
        "reserve" => "备选",
        _ => "未抽中",
    };
    Text { en: word.into(), zh: chinese.into() }
}

/// Names in Chinese what [`obstacle`] says.
fn obstacle_text(why: &'static str) -> Text {
    let chinese = match why {
        "certificate cancelled" => "执法证已注销",
        "certificate not valid on the day" => "执法证当日无效",
        "on leave" => "休假",
        "outside the jurisdiction" => "不在管辖范围",
        "recused" => "应当回避",
        "of the last team there" => "上次检查的原班人员",
        other => other,
    };
    Text { en: why.into(), zh: chinese.into() }
}

/// Colleagues in the order of tickets that a terminal shows for each team.
const COLLEAGUES_SHOWN: usize = 12;

fn draw_text(lines: &mut Lines, draw: &TeamDraw) {
    let TeamDraw { agency, drawn_for, .. } = draw;
    let away: usize = draw.not_eligible.values().map(Vec::len).sum();
    let visits: Vec<Text> = draw.visits.iter().map(Text::same).collect();
    let (could, visits) = (draw.eligible.len(), Text::joined(&visits, ", ", "、"));
    lines.add(both!(
        visits => "    draw of {agency} for {drawn_for} ({visits}): {could} could go, {away} not",
        "    {agency} 为 {drawn_for} 选派（{visits}）：可派 {could} 人，不可派 {away} 人"
    ));
    for row in draw
        .eligible
        .iter()
        .take(COLLEAGUES_SHOWN)
        .chain(draw.eligible.iter().skip(COLLEAGUES_SHOWN).filter(|row| row.goes))
    {
        let Colleague { rank, ticket, certificate, name, .. } = row;
        let visits = Text::counted(row.visits, "visit");
        let mark = if row.goes { both!("goes", "派出") } else { Text::same("    ") };
        let held = row.qualifications.join(";");
        lines.add(both!(
            mark, visits => "      {rank:>4} {mark} {ticket} {certificate} {name}, {visits} {held}",
            "      {rank:>4} {mark} {ticket} {certificate} {name}，检查 {visits} 次 {held}"
        ));
    }
    if could > COLLEAGUES_SHOWN {
        lines.add(both!(
            "      … {could} in all; --format json lists them",
            "      …… 共 {could} 人；--format json 全部列出"
        ));
    }
    for (why, officers) in &draw.not_eligible {
        let (why, officers) = (obstacle_text(why), officers.len());
        lines.add(both!(why => "      {officers} not: {why}", "      不可派 {officers} 人：{why}"));
    }
    if could > 0 {
        lines.add(both!(
            "      even loads come first, then the smallest tickets of the whole quarter together",
            "      先求负荷均衡，再求全期抽签号之和最小"
        ));
    }
}

fn officer_text(lines: &mut Lines, officer: &OfficerAnswer) {
    let OfficerAnswer { certificate, name, agency, eligible, .. } = officer;
    let visits = Text::counted(officer.visits_of_agency, "visit");
    lines.add(both!(
        visits => "officer {certificate} {name}\n  agency {agency}\n  could go to {eligible} of the agency's {visits}",
        "人员 {certificate} {name}\n  部门 {agency}\n  该部门检查 {visits} 次，可参加 {eligible} 次"
    ));
    for (why, count) in &officer.not_eligible {
        let why = obstacle_text(why);
        lines.add(both!(why => "    {count} not: {why}", "    不可参加 {count} 次：{why}"));
    }
    let OfficerAnswer { least_of_agency: least, most_of_agency: most, seats, .. } = officer;
    let drawn = seats.len();
    lines.add(both!(
        "  drawn for {drawn} (officers of the agency: {least} to {most})",
        "  选派 {drawn} 次（该部门人员：{least} 至 {most} 次）"
    ));
    for SeatAnswer { date, half, visit, rank, ticket, entity, since } in seats {
        let half = half.text();
        lines.add(both!(
            half => "    {date} {half:<3} {visit} rank {rank} ticket {ticket} {entity}",
            "    {date} {half} {visit} 序号 {rank} 抽签号 {ticket} {entity}"
        ));
        since::seat_text(lines, since);
    }
    officer.added.iter().for_each(|added| since::added_seat_text(lines, added));
}
