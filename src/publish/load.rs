//! Load tables (工作量表): how an agency's visits fall on its officers and on the weeks of the period.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::both;
use crate::lang::{Lines, Text};
use crate::plan::calendar::working_days;
use crate::plan::model::{AgencyNo, Inputs, Plan};

/// Holds the load of one agency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AgencyLoads {
    pub agency: String,
    pub name: String,
    pub visits: u32,
    /// All officers with a certificate that is valid on some day of the period.
    pub officers: Spread,
    /// The holders of each qualification among them; an officer with several stands in each.
    pub by_qualification: BTreeMap<String, Spread>,
    /// Every week with a working day, in order.
    pub weeks: Vec<Week>,
    /// Amendments of the plan since its draw; the load is that of the plan as it was drawn.
    pub amendments: u32,
}

/// Is how visits fall on some officers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    pub officers: u32,
    /// Least, median and most visits of one of them, and of all together.
    pub least: u32,
    pub median: u32,
    pub most: u32,
    pub seats: u32,
}

/// Is one week: its first working day, how many there are, and the visits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Week {
    pub first: String,
    pub working_days: u32,
    pub visits: u32,
}

/// Counts the load of one agency; `None` counts the whole county, every officer and visit.
pub fn loads(inputs: &Inputs, plan: &Plan, agency: Option<AgencyNo>) -> AgencyLoads {
    let is_own = |no: AgencyNo| agency.is_none_or(|own| own == no);
    let mut seats = vec![0u32; inputs.inspectors.len()];
    let attended: Vec<_> =
        plan.visits.iter().filter(|visit| visit.teams.iter().any(|team| is_own(team.agency))).collect();
    for team in attended.iter().flat_map(|visit| &visit.teams).filter(|team| is_own(team.agency)) {
        team.seats.iter().for_each(|seat| seats[seat.inspector.at()] += 1);
    }
    let mut all = Vec::new();
    let mut holders: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (officer, &seats) in inputs.inspectors.iter().zip(&seats) {
        if is_own(officer.agency) && officer.is_valid && officer.valid.overlaps(&inputs.rules.days) {
            all.push(seats);
            officer.qualifications.iter().for_each(|name| holders.entry(name.clone()).or_default().push(seats));
        }
    }
    let days = working_days(inputs);
    let weeks = days.chunk_by(|a, b| a.week == b.week).map(|week| Week {
        first: week[0].date.to_string(),
        working_days: week.len() as u32,
        visits: attended.iter().filter(|visit| week.iter().any(|day| day.date == visit.date)).count() as u32,
    });
    let (code, name) =
        agency.map_or(("*", "all agencies"), |no| (&inputs.agencies[no.at()].code, &inputs.agencies[no.at()].name));
    AgencyLoads {
        agency: code.to_owned(),
        name: name.to_owned(),
        visits: attended.len() as u32,
        officers: Spread::of(all),
        by_qualification: holders.into_iter().map(|(name, seats)| (name, Spread::of(seats))).collect(),
        weeks: weeks.collect(),
        amendments: 0,
    }
}

impl Spread {
    fn of(mut seats: Vec<u32>) -> Spread {
        seats.sort_unstable();
        Spread {
            officers: seats.len() as u32,
            least: seats.first().copied().unwrap_or(0),
            median: seats.get(seats.len() / 2).copied().unwrap_or(0),
            most: seats.last().copied().unwrap_or(0),
            seats: seats.iter().sum(),
        }
    }
}

/// Visits that one block of the week chart stands for at least, so that the longest bar has no more than this many.
const BAR: u32 = 40;

/// Writes a load table and its week chart for a terminal.
pub fn text(loads: &AgencyLoads) -> Text {
    let mut lines = Lines::default();
    let AgencyLoads { agency, name, .. } = loads;
    let visits = Text::counted(loads.visits, "visit");
    let name = if agency == "*" { both!("all agencies", "全部部门") } else { Text::same(name) };
    lines.add(both!(name, visits => "agency {agency} {name}\n  {visits}", "部门 {agency} {name}\n  检查 {visits} 次"));
    if loads.amendments > 0 {
        let amendments = Text::counted(loads.amendments, "amendment");
        lines.add(both!(
            amendments => "  as drawn, before {amendments} of the plan",
            "  抽取时的数字，之后计划变更 {amendments} 次"
        ));
    }
    lines.add(both!("  officers  least median most  seats", "      人数   最少   中位 最多   席位"));
    let of_all = [(both!("all", "全部"), &loads.officers)];
    let of_holders = loads.by_qualification.iter().map(|(name, spread)| (Text::same(name), spread));
    for (name, row) in of_all.into_iter().chain(of_holders) {
        let Spread { officers, least, median, most, seats } = row;
        let figures = format!("  {officers:>8} {least:>6} {median:>6} {most:>4} {seats:>6}  ");
        lines.add(Text::same(figures).followed_by(name));
    }
    lines.add(both!("  visits by week, from its first working day", "  各周检查次数，自该周第一个工作日起"));
    let most = loads.weeks.iter().map(|week| week.visits).max().unwrap_or(0);
    let block = most.div_ceil(BAR).max(1);
    for Week { first, working_days, visits } in &loads.weeks {
        let bar = "#".repeat(visits.div_ceil(block) as usize);
        let days = Text::counted(working_days, "day");
        lines.add(both!(days => "  {first} {days:<6} {visits:>4} {bar}", "  {first} {days} 天 {visits:>4} {bar}"));
    }
    lines.text()
}
