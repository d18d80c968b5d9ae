//! Canonical tables (protocol §8.2): the model as files that load again to the same model.

use super::bundle::File;
use super::rows::Csv;
use crate::files::tables::columns;
use crate::files::tables::source::PLAN_FILE;
use crate::files::wording::cells;
use crate::files::wording::quiet;
use crate::files::workspace::rules;
use crate::plan::model::{Entity, Inputs, Partner, Recused, Span, Task, TownshipNo};
use crate::plan::words::Word;

/// Writes the inputs as the files of `inputs/`, sorted by name.
pub fn freeze(inputs: &Inputs) -> Vec<File> {
    let mut files = vec![
        File { path: PLAN_FILE.to_owned(), bytes: rules::write(&inputs.rules).into_bytes() },
        agencies(inputs),
        townships(inputs),
        travel(inputs),
        items(inputs),
        entities(inputs),
        inspectors(inputs),
        tasks(inputs),
        recusals(inputs),
        history(inputs),
        calendar(inputs),
    ];
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn agencies(inputs: &Inputs) -> File {
    let mut csv = Csv::of(&columns::AGENCIES);
    for agency in &inputs.agencies {
        let role = if agency.leads { "lead" } else { "member" };
        let teams = agency.teams_per_day.to_string();
        csv.row([&agency.code, &agency.name, &agency.short_name, role, &teams]);
    }
    csv.sorted()
}

fn townships(inputs: &Inputs) -> File {
    let mut csv = Csv::of(&columns::TOWNSHIPS);
    for town in &inputs.townships {
        let (codes, names) = (town.other_codes.join(";"), town.other_names.join(";"));
        csv.row([&town.code, &town.name, &codes, &names, &town.lon, &town.lat]);
    }
    csv.sorted()
}

fn travel(inputs: &Inputs) -> File {
    let mut csv = Csv::of(&columns::TRAVEL);
    for road in &inputs.travel {
        csv.row([town(inputs, road.from), town(inputs, road.to), &road.minutes.to_string()]);
    }
    csv.sorted()
}

fn items(inputs: &Inputs) -> File {
    let mut csv = Csv::of(&columns::ITEMS);
    for item in &inputs.items {
        csv.row([
            &item.code,
            &inputs.agencies[item.agency.at()].code,
            &item.name,
            item.class.word(),
            &item.object,
            &item.method,
            item.qualification.as_deref().unwrap_or(""),
            &item.basis,
            &item.minutes.to_string(),
            &item.cap_per_year.map_or(String::new(), |cap| cap.to_string()),
            &item.ratio_wording,
            &item.frequency_wording,
        ]);
    }
    csv.sorted()
}

fn entities(inputs: &Inputs) -> File {
    let mut csv = Csv::of(&columns::ENTITIES);
    let mut row = |entity: &Entity| {
        let flags: Vec<&str> = entity.flags.iter().map(|flag| flag.word()).collect();
        csv.row([
            &entity.id,
            &entity.name,
            entity.kind.word(),
            &entity.industry,
            town(inputs, entity.township),
            &entity.address,
            entity.class.map_or("", Word::word),
            entity.status.word(),
            &entity.tags.join(";"),
            &flags.join(";"),
            &quiet::list_text(&entity.quiet, quiet::days_text),
            &entity.registered.map_or(String::new(), |date| date.to_string()),
            &quiet::list_text(&entity.season, quiet::season_text),
            entity.hours.map_or("", Word::word),
        ]);
    };
    inputs.entities_without_id.iter().for_each(&mut row);
    inputs.entities.iter().for_each(&mut row);
    csv.sorted()
}

fn inspectors(inputs: &Inputs) -> File {
    let mut csv = Csv::of(&columns::INSPECTORS);
    for officer in &inputs.inspectors {
        csv.row([
            &officer.certificate,
            &officer.name,
            &inputs.agencies[officer.agency.at()].code,
            &officer.valid.first.to_string(),
            &officer.valid.last.to_string(),
            if officer.is_valid { "valid" } else { "cancelled" },
            &officer.qualifications.join(";"),
            &officer.townships.as_ref().map_or(String::new(), |towns| town_list(inputs, towns)),
            &spans(&officer.leave),
            &officer.visits_max.map_or(String::new(), |max| max.to_string()),
            yes_no(officer.expert),
        ]);
    }
    csv.sorted()
}

fn tasks(inputs: &Inputs) -> File {
    let mut csv = Csv::of(&columns::TASKS);
    let shared = format!("{}.{}", inputs.rules.region, inputs.rules.period);
    for task in &inputs.tasks {
        let items: Vec<&str> = task.items.iter().map(|no| inputs.items[no.at()].code.as_str()).collect();
        let group = task.group.strip_prefix(&shared).unwrap_or(&task.group).trim_start_matches('.');
        let [industries, kinds, tags, townships, classes] = scope(inputs, task);
        csv.row([
            &task.code,
            &task.name,
            task.kind.word(),
            if task.directed { "directed" } else { "undirected" },
            &inputs.agencies[task.lead.at()].code,
            &partners(inputs, &task.partners),
            &items.join(";"),
            &industries,
            &kinds,
            &tags,
            &townships,
            &classes,
            &cells::rates_text(&task.rates),
            &task.wording,
            &task.window.first.to_string(),
            &task.window.last.to_string(),
            group,
            &cells::balls_text(&task.balls),
            yes_no(task.spread),
            yes_no(task.separate),
        ]);
    }
    csv.sorted()
}

fn recusals(inputs: &Inputs) -> File {
    let mut csv = Csv::of(&columns::RECUSALS);
    for recusal in &inputs.recusals {
        let (certificate, agency) = match recusal.who {
            Recused::Inspector(no) => (inputs.inspectors[no.at()].certificate.as_str(), ""),
            Recused::Agency(no) => ("", inputs.agencies[no.at()].code.as_str()),
        };
        let until = recusal.until.map_or(String::new(), |date| date.to_string());
        csv.row([certificate, &inputs.entities[recusal.entity.at()].id, agency, &recusal.reason, &until]);
    }
    csv.sorted()
}

fn history(inputs: &Inputs) -> File {
    let mut csv = Csv::of(&columns::HISTORY);
    for past in &inputs.history {
        let items: Vec<&str> = past.items.iter().map(|no| inputs.items[no.at()].code.as_str()).collect();
        csv.row([
            &past.entity,
            &inputs.agencies[past.agency.at()].code,
            &past.date.to_string(),
            yes_no(past.counts),
            &items.join(";"),
            &past.inspectors.join(";"),
            &past.result,
        ]);
    }
    csv.sorted()
}

fn calendar(inputs: &Inputs) -> File {
    let mut csv = Csv::of(&columns::CALENDAR);
    for day in &inputs.calendar {
        csv.row([&day.date.to_string(), if day.is_off { "off" } else { "work" }, &day.name, &day.source]);
    }
    csv.sorted()
}

fn scope(inputs: &Inputs, task: &Task) -> [String; 5] {
    let scope = &task.scope;
    let mut kinds: Vec<&str> = scope.kinds.iter().map(|kind| kind.word()).collect();
    kinds.sort_unstable();
    let classes: Vec<&str> = scope.classes.iter().map(|class| cells::class_letter(*class)).collect();
    [
        scope.industries.join(";"),
        kinds.join(";"),
        scope.tags.join(";"),
        town_list(inputs, &scope.townships),
        classes.join(";"),
    ]
}

fn partners(inputs: &Inputs, partners: &[Partner]) -> String {
    let text = |partner: &Partner| {
        let code = &inputs.agencies[partner.agency.at()].code;
        partner.share.map_or(code.clone(), |share| format!("{code} {share}"))
    };
    partners.iter().map(text).collect::<Vec<_>>().join(";")
}

fn town(inputs: &Inputs, no: TownshipNo) -> &str {
    &inputs.townships[no.at()].code
}

fn town_list(inputs: &Inputs, list: &[TownshipNo]) -> String {
    list.iter().map(|no| town(inputs, *no)).collect::<Vec<_>>().join(";")
}

fn spans(spans: &[Span]) -> String {
    spans.iter().map(|span| format!("{}/{}", span.first, span.last)).collect::<Vec<_>>().join(";")
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
