//! Sheets for officers: one printable page and one calendar file each, for the office's own use, never for the site.

use std::collections::BTreeMap;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};
use serde::Serialize;

use super::changes::{self, ChangeRow, Shown};
use super::ics::{self, Event};
use crate::files::store::bundle::File;
use crate::plan::amend::Changed;
use crate::plan::model::{Inputs, InspectorNo, Plan, Visit};
use crate::plan::words::Word;

/// Name of the file that marks a folder of sheets.
pub const MARK: &str = "sheets.json";

/// What an officer takes along to every visit.
const MATERIALS: &str = "执法证、抽查通知书、抽查检查情况记录表、所列事项的检查表";

/// Is one visit as the officer's page shows it.
#[derive(Clone, Debug, Serialize)]
struct Stop {
    date: String,
    half: &'static str,
    name: String,
    id: String,
    township: String,
    address: String,
    /// Whether the officer's agency leads the door.
    leads: bool,
    lead: String,
    tasks: Vec<String>,
    /// The items of the officer's own agency: code, name, method and legal basis.
    items: Vec<[String; 4]>,
    /// The others of the officer's own team.
    team: String,
    /// Agencies that come along, each with its officers.
    colleagues: Vec<[String; 2]>,
    /// What was changed since the draw: number, reason, before, now.
    changes: Vec<Shown>,
}

#[derive(Clone, Debug, Serialize)]
struct Sheet {
    certificate: String,
    name: String,
    agency: String,
    page: String,
    calendar: String,
    stops: Vec<Stop>,
    /// Visits that the officer was to make and does not make any more.
    cancelled: Vec<Stop>,
}

/// Writes a page and a calendar for every officer who has a seat or had one when the plan was drawn, and an index of them.
///
/// `plan` is the plan as it stands now, `changes` are those since the draw.
pub fn write(inputs: &Inputs, plan: &Plan, changes: &[Changed]) -> Vec<File> {
    let mut visits: BTreeMap<InspectorNo, Vec<&Visit>> = BTreeMap::new();
    for visit in &plan.visits {
        for seat in visit.teams.iter().flat_map(|team| &team.seats) {
            visits.entry(seat.inspector).or_default().push(visit);
        }
    }
    let mut lost: BTreeMap<InspectorNo, BTreeMap<&str, &Visit>> = BTreeMap::new();
    for visit in changes.iter().flat_map(|change| &change.before) {
        for seat in visit.teams.iter().flat_map(|team| &team.seats) {
            let keeps = visits.get(&seat.inspector).is_some_and(|own| own.iter().any(|other| other.id == visit.id));
            if !keeps {
                lost.entry(seat.inspector).or_default().insert(&visit.id, visit);
                visits.entry(seat.inspector).or_default();
            }
        }
    }
    let shown: Vec<Shown> =
        changes::rows(inputs, changes, &|no| named(inputs, no)).iter().map(ChangeRow::shown).collect();
    let env = environment();
    let mut files = Vec::new();
    let mut sheets = Vec::new();
    for (no, mut own) in visits {
        let gone: Vec<&Visit> = lost.get(&no).into_iter().flat_map(|all| all.values().copied()).collect();
        let stop = |visit: &&Visit| {
            let own = changes::numbers(changes, &visit.id);
            let told = shown.iter().filter(|row| own.contains(&row.number)).cloned().collect();
            Stop { changes: told, ..stop(inputs, visit, no) }
        };
        own.sort_by(|a, b| (a.date, a.half, &a.id).cmp(&(b.date, b.half, &b.id)));
        let officer = &inputs.inspectors[no.at()];
        // The position in the roster names the files: a certificate number may hold what no file name may.
        let stem = format!("{}-{:05}", inputs.agencies[officer.agency.at()].code, no.0 + 1);
        let sheet = Sheet {
            certificate: officer.certificate.clone(),
            name: officer.name.clone(),
            agency: inputs.agencies[officer.agency.at()].name.clone(),
            page: format!("{stem}.html"),
            calendar: format!("{stem}.ics"),
            stops: own.iter().map(stop).collect(),
            cancelled: gone.iter().map(stop).collect(),
        };
        files.push(File { path: sheet.page.clone(), bytes: render(&env, "sheet.html", inputs, &sheet).into_bytes() });
        files.push(File { path: sheet.calendar.clone(), bytes: calendar(inputs, &sheet, &own, &gone).into_bytes() });
        sheets.push(sheet);
    }
    let index = render(&env, "sheets.html", inputs, &sheets);
    files.push(File { path: "index.html".to_owned(), bytes: index.into_bytes() });
    let mark = format!("{{\n  \"format\": \"fairdraw sheets 1\",\n  \"period\": \"{}\"\n}}\n", inputs.rules.period);
    files.push(File { path: MARK.to_owned(), bytes: mark.into_bytes() });
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn stop(inputs: &Inputs, visit: &Visit, no: InspectorNo) -> Stop {
    let entity = &inputs.entities[visit.entity.at()];
    let own = inputs.inspectors[no.at()].agency;
    let names = |team: &crate::plan::model::Team| {
        let others = team.seats.iter().filter(|seat| seat.inspector != no);
        others.map(|seat| named(inputs, seat.inspector)).collect::<Vec<_>>().join("、")
    };
    let items = visit.items.iter().map(|item| &inputs.items[item.at()]).filter(|item| item.agency == own);
    let others = visit.teams.iter().filter(|team| team.agency != own);
    Stop {
        date: visit.date.to_string(),
        half: visit.half.chinese(),
        name: entity.name.clone(),
        id: entity.id.clone(),
        township: inputs.townships[entity.township.at()].name.clone(),
        address: entity.address.clone(),
        leads: visit.lead == own,
        lead: inputs.agencies[visit.lead.at()].name.clone(),
        tasks: visit.tasks.iter().map(|task| inputs.tasks[task.at()].name.clone()).collect(),
        items: items.map(|item| [&item.code, &item.name, &item.method, &item.basis].map(String::clone)).collect(),
        team: visit.teams.iter().find(|team| team.agency == own).map_or(String::new(), &names),
        changes: Vec::new(),
        colleagues: others.map(|team| [inputs.agencies[team.agency.at()].name.clone(), names(team)]).collect(),
    }
}

/// Writes an officer with name and certificate.
fn named(inputs: &Inputs, no: InspectorNo) -> String {
    let officer = &inputs.inspectors[no.at()];
    format!("{}（{}）", officer.name, officer.certificate)
}

/// Writes the visits as events; one that the officer does not make any more is cancelled, so that a calendar takes it out.
fn calendar(inputs: &Inputs, sheet: &Sheet, visits: &[&Visit], gone: &[&Visit]) -> String {
    let event = |(stop, visit, is_cancelled): (&Stop, &&Visit, bool)| {
        let items: Vec<&str> = stop.items.iter().map(|[_, name, ..]| name.as_str()).collect();
        let others: Vec<String> = stop.colleagues.iter().map(|[agency, names]| format!("{agency} {names}")).collect();
        Event {
            uid: format!("{}-{}-{}@fairdraw", inputs.rules.period, visit.id, sheet.certificate),
            date: visit.date,
            half: visit.half,
            sequence: stop.changes.last().map_or(0, |change| change.number),
            is_cancelled,
            summary: format!("双随机检查 {}", stop.name),
            location: format!("{} {}", stop.township, stop.address),
            description: format!(
                "{}\n事项：{}\n携带：{MATERIALS}\n同组：{}\n{}",
                stop.id,
                items.join("；"),
                stop.team,
                others.join("\n")
            ),
        }
    };
    let made = sheet.stops.iter().zip(visits).map(|(stop, visit)| (stop, visit, false));
    let cancelled = sheet.cancelled.iter().zip(gone).map(|(stop, visit)| (stop, visit, true));
    let events: Vec<Event> = made.chain(cancelled).map(event).collect();
    ics::write(&format!("{} 双随机检查 {}", inputs.rules.period, sheet.name), inputs.rules.days.first, &events)
}

fn environment() -> Environment<'static> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    let templates = [
        ("sheet_base.html", include_str!("site/templates/sheet_base.html")),
        ("sheet.html", include_str!("site/templates/sheet.html")),
        ("sheets.html", include_str!("site/templates/sheets.html")),
    ];
    for (name, source) in templates {
        env.add_template(name, source).expect("the templates are tested");
    }
    env
}

fn render(env: &Environment<'_>, name: &str, inputs: &Inputs, shown: &impl Serialize) -> String {
    let values = context! { period => &inputs.rules.period, materials => MATERIALS, shown => minijinja::Value::from_serialize(shown) };
    let text = env.get_template(name).and_then(|template| template.render(values));
    text.expect("the templates use only what their page holds")
}
