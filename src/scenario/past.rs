//! The visits of 2023 (检查台账) and the recusals (回避) known when the year begins.

use jiff::civil::{Date, date};

use super::catalogue::Item;
use super::entities::Entity;
use super::inspectors::Officer;
use super::plan::{Part, fitting, option, parts};
use super::random::{Stream, later};
use super::themes::{self, Theme};
use super::{Quarter, Table};

/// Rows of the history; a visit has one row per agency.
const ROWS: usize = 3_000;
/// Last day whose visits do not count towards any cap: the ledger was kept on paper until then.
const NOT_COUNTED_UNTIL: Date = date(2023, 2, 10);

/// Officers recused from a firm, and agencies recused from an institution of their own.
const OFFICERS_RECUSED: usize = 142;
const AGENCIES_RECUSED: [(&str, &str); 8] = [
    ("D03", "职业院校"),
    ("D03", "学校"),
    ("D07", "养老机构"),
    ("D14", "市政设施"),
    ("D16", "供水"),
    ("D19", "文物"),
    ("D20", "放射诊疗"),
    ("D20", "定点医药"),
];

/// Days off in 2023 that are weekdays (国办发明电〔2022〕16号), first and last of each stretch.
const DAYS_OFF: [(Date, Date); 6] = [
    (date(2023, 1, 1), date(2023, 1, 2)),
    (date(2023, 1, 21), date(2023, 1, 27)),
    (date(2023, 4, 5), date(2023, 4, 5)),
    (date(2023, 4, 29), date(2023, 5, 3)),
    (date(2023, 6, 22), date(2023, 6, 24)),
    (date(2023, 9, 29), date(2023, 10, 6)),
];

const RESULTS: [(&str, u32); 5] = [
    ("未发现问题", 700),
    ("发现问题已责令改正", 190),
    ("发现问题待后续处理", 50),
    ("通过登记的住所无法联系", 35),
    ("未发现开展本次抽查涉及的经营活动", 25),
];

/// A theme with whom it can reach: positions of active entities.
pub(super) struct Reach {
    parts: Vec<Part>,
    entities: Vec<usize>,
}

/// Finds the active entities of every theme, by tags or, where it has none, by kind.
pub(super) fn reach(entities: &[Entity]) -> Vec<Reach> {
    let reach = |theme: &Theme| {
        let [tags, kinds] = ["tags", "kinds"].map(|name| option(theme.scope, name).unwrap_or_default());
        let tags: Vec<&str> = tags.split(';').filter(|tag| !tag.is_empty()).collect();
        let fits = |entity: &Entity| {
            entity.status == "active"
                && !entity.id.is_empty()
                && (tags.is_empty() || tags.iter().any(|tag| entity.tags.contains(tag)))
                && (kinds.is_empty() || kinds.split(';').any(|kind| entity.kind == kind))
        };
        let entities = (0..entities.len()).filter(|&position| fits(&entities[position])).collect();
        Reach { parts: parts(theme), entities }
    };
    themes::all().into_iter().map(reach).collect()
}

/// Draws two different officers of an agency who could go to a township on a day.
fn team<'a>(
    stream: &mut Stream,
    officers: &'a [Officer],
    agency: &str,
    day: Date,
    township: usize,
) -> Option<[&'a str; 2]> {
    let mut able: Vec<&str> = officers
        .iter()
        .filter(|officer| officer.agency == agency && officer.serves(day, township))
        .map(|officer| officer.certificate.as_str())
        .collect();
    stream.shuffle(&mut able);
    match able[..] {
        [one, other, ..] => Some(if one < other { [one, other] } else { [other, one] }),
        _ => None,
    }
}

/// Generates the ledger of 2023, by date.
pub(super) fn history(reach: &[Reach], items: &[Item], entities: &[Entity], officers: &[Officer]) -> Table {
    let mut stream = Stream::of("dengzhou/history-2023");
    let mut rows: Vec<[String; 7]> = Vec::new();
    while rows.len() < ROWS {
        let theme = stream.below(reach.len() as u32) as usize;
        let entity = &entities[*stream.pick(&reach[theme].entities)];
        let day = stream.day(date(2023, 1, 3), date(2023, 12, 22));
        let off = DAYS_OFF.iter().any(|(first, last)| *first <= day && day <= *last);
        if off || day.weekday().to_monday_one_offset() > 5 || day < entity.registered {
            continue;
        }
        let parts = &reach[theme].parts;
        let agencies = 1 + stream.below(parts.len().min(3) as u32) as usize;
        let result = RESULTS[stream.weighted(&RESULTS.map(|(_, weight)| weight))].0;
        for part in parts.iter().take(agencies.min(ROWS - rows.len())) {
            let Some(team) = team(&mut stream, officers, part.agency, day, entity.township) else {
                continue;
            };
            rows.push([
                entity.id.clone(),
                part.agency.to_owned(),
                day.to_string(),
                if day <= NOT_COUNTED_UNTIL { "no" } else { "yes" }.to_owned(),
                some(&mut stream, part, items),
                team.join(";"),
                result.to_owned(),
            ]);
        }
    }
    rows.sort_by(|a, b| (&a[2], &a[0], &a[1]).cmp(&(&b[2], &b[0], &b[1])));
    let mut table = Table::new(&["entity", "agency", "date", "counts", "items", "inspectors", "result"]);
    for row in rows {
        table.push(row);
    }
    table
}

/// Names one to three of an agency's items.
fn some(stream: &mut Stream, part: &Part, items: &[Item]) -> String {
    let mut fitting = fitting(part, items);
    stream.shuffle(&mut fitting);
    fitting.truncate(1 + stream.below(3) as usize);
    fitting.sort_unstable();
    fitting.into_iter().map(|item| items[item].code.as_str()).collect::<Vec<_>>().join(";")
}

/// One recusal; `certificate` or `agency` is empty.
struct Recusal {
    certificate: String,
    entity: String,
    agency: String,
    reason: &'static str,
    until: Option<Date>,
}

/// Generates the recusals of the year, one table per quarter with those that still hold on its first day.
pub(super) fn recusals(reach: &[Reach], entities: &[Entity], officers: &[Officer], quarters: &[Quarter]) -> Vec<Table> {
    let mut stream = Stream::of("dengzhou/recusals");
    let mut recusals = Vec::new();
    while recusals.len() < OFFICERS_RECUSED {
        let theme = stream.below(reach.len() as u32) as usize;
        let entity = &entities[*stream.pick(&reach[theme].entities)];
        let part = &reach[theme].parts[0];
        let Some([certificate, _]) = team(&mut stream, officers, part.agency, date(2024, 1, 2), entity.township) else {
            continue;
        };
        if recusals.iter().any(|other: &Recusal| other.entity == entity.id) {
            continue;
        }
        let reason = *stream.pick(&[
            "近亲属为法定代表人",
            "近亲属为股东",
            "近亲属在该单位任职",
            "本人曾在该单位任职",
            "其他利害关系",
        ]);
        // A former post bars for some time, kinship for good.
        let ends = reason.starts_with("本人") || stream.chance(250);
        let until = ends.then(|| later(date(2024, 2, 1), i64::from(stream.below(900))));
        recusals.push(Recusal {
            certificate: certificate.to_owned(),
            entity: entity.id.clone(),
            agency: String::new(),
            reason,
            until,
        });
    }
    for (agency, tag) in AGENCIES_RECUSED {
        let own = |entity: &&Entity| entity.kind == "institution" && entity.tags.contains(&tag);
        let own: Vec<&Entity> = entities.iter().filter(own).collect();
        let taken = |entity: &&&Entity| !recusals.iter().any(|other| other.entity == entity.id);
        let own: Vec<&&Entity> = own.iter().filter(taken).collect();
        let entity = stream.pick(&own).id.clone();
        recusals.push(Recusal {
            certificate: String::new(),
            entity,
            agency: agency.to_owned(),
            reason: "部门所属单位",
            until: None,
        });
    }
    recusals.sort_by(|a, b| (&a.certificate, &a.entity, &a.agency).cmp(&(&b.certificate, &b.entity, &b.agency)));
    let table = |quarter: &Quarter| {
        let mut table = Table::new(&["certificate", "entity", "agency", "reason", "until"]);
        for recusal in recusals.iter().filter(|recusal| recusal.until.is_none_or(|until| until >= quarter.first)) {
            table.push([
                recusal.certificate.clone(),
                recusal.entity.clone(),
                recusal.agency.clone(),
                recusal.reason.to_owned(),
                recusal.until.map(|until| until.to_string()).unwrap_or_default(),
            ]);
        }
        table
    };
    quarters.iter().map(table).collect()
}
