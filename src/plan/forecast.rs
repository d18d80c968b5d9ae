//! Capacity before the draw (承载量预估): how many officers each week asks for, and how many there will be.
//!
//! The officials' own formula: working days × people − other duties, the other duties being leave, certificates that run
//! out, the caps of the period and what the agency's teams can do in a day. Sample sizes are sealed before the draw, so
//! the demand is known; entities and dates are not, so a task's visits are spread evenly over the working days of its
//! window. Visits that merge save doors, but hardly ever seats.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use super::calendar::{Open, working_days};
use super::duties::{attending, attends};
use super::model::{AgencyNo, Frames, Inputs, Inspector, Task};

/// Is what one week asks of an agency's officers, or of those with one qualification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outlook {
    pub agency: String,
    /// One seat a visit has to hold it; `None` counts all seats of the teams.
    pub qualification: Option<String>,
    /// First and last working day of the week.
    pub first: String,
    pub last: String,
    /// Officers of the agency, or holders, who are there on at least one of the days.
    pub officers: u32,
    /// Seats that the week's share of the visits takes, rounded up.
    pub needed: u32,
    /// Seats that the officers can take: two half-days a day at most, within the caps.
    pub available: u32,
}

impl Outlook {
    /// Tells whether the officers do not suffice, even if everything else fits.
    pub fn is_short(&self) -> bool {
        self.needed > self.available
    }
}

/// Returns the outlook of each agency, qualification and week in which visits are to be expected.
pub fn forecast(inputs: &Inputs, frames: &Frames) -> Vec<Outlook> {
    let days = working_days(inputs);
    let rules = &inputs.rules.team;
    let weeks: Vec<Vec<Date>> =
        days.chunk_by(|a, b| a.week == b.week).map(|week| week.iter().map(|day| day.date).collect()).collect();
    let open = Open::of(inputs);
    let open_days = |task: &Task| -> BTreeSet<Date> {
        let dates = days.iter().map(|day| day.date).filter(|date| task.window.contains(*date));
        dates.filter(|date| open.may_be_open(task, *date)).collect()
    };
    let visits = expected_visits(inputs, frames, &open_days);
    let mut outlooks = Vec::new();
    for (no, agency) in (0..).map(AgencyNo).zip(&inputs.agencies) {
        let own: Vec<&Expected> = visits.iter().filter(|row| row.agency == no).collect();
        let asked: BTreeSet<&str> = own.iter().flat_map(|row| row.qualifications.iter().copied()).collect();
        for qualification in std::iter::once(None).chain(asked.into_iter().map(Some)) {
            let able = |officer: &&Inspector| {
                officer.agency == no
                    && qualification.is_none_or(|name| officer.qualifications.iter().any(|own| own == name))
            };
            let people: Vec<&Inspector> = inputs.inspectors.iter().filter(able).collect();
            for week in &weeks {
                // In seats × days of the window, so that nothing is rounded before the sum.
                let mut needed = 0u64;
                for row in own.iter().filter(|row| qualification.is_none_or(|name| row.qualifications.contains(name))) {
                    let all = row.days.len() as u64;
                    let here = week.iter().filter(|date| row.days.contains(date)).count() as u64;
                    let seats = if qualification.is_none() { u64::from(rules.size) } else { 1 };
                    needed += (u64::from(row.visits) * seats * here * PARTS).checked_div(all).unwrap_or(0);
                }
                let (mut officers, mut available) = (0, 0u64);
                for officer in &people {
                    let there = week.iter().filter(|date| is_there(officer, **date)).count() as u64;
                    let cap = u64::from(officer.visits_max.unwrap_or(rules.visits_max));
                    officers += u32::from(there > 0);
                    available += (there * u64::from(rules.visits_per_day_max.min(2))).min(cap);
                }
                let teams = u64::from(agency.teams_per_day) * week.len() as u64;
                let seats = if qualification.is_none() { u64::from(rules.size) } else { 1 };
                if needed > 0 {
                    outlooks.push(Outlook {
                        agency: agency.code.clone(),
                        qualification: qualification.map(str::to_owned),
                        first: week[0].to_string(),
                        last: week[week.len() - 1].to_string(),
                        officers,
                        needed: count(needed.div_ceil(PARTS)),
                        available: count(available.min(teams * seats)),
                    });
                }
            }
        }
    }
    outlooks
}

/// Parts of a seat in which a week's share is counted.
const PARTS: u64 = 1_000;

/// Is the visits that an agency is to make for one task.
struct Expected<'a> {
    agency: AgencyNo,
    visits: u32,
    qualifications: BTreeSet<&'a str>,
    /// Working days of the task's window that a quiet rule leaves to it; exceptions by entity are counted in.
    days: BTreeSet<Date>,
}

fn expected_visits<'a>(
    inputs: &'a Inputs,
    frames: &Frames,
    open_days: &dyn Fn(&Task) -> BTreeSet<Date>,
) -> Vec<Expected<'a>> {
    let mut sizes: BTreeMap<_, Vec<u32>> = BTreeMap::new();
    frames.strata.iter().for_each(|stratum| sizes.entry(stratum.task).or_default().push(stratum.size));
    let mut expected = Vec::new();
    for (no, sizes) in sizes {
        let task = &inputs.tasks[no.at()];
        let days = open_days(task);
        for (agency, items) in attending(inputs, task) {
            let needed = items.iter().filter_map(|item| inputs.items[item.at()].qualification.as_deref());
            expected.push(Expected {
                agency,
                visits: sizes.iter().map(|&size| attends(task, agency, size)).sum(),
                qualifications: needed.collect(),
                days: days.clone(),
            });
        }
    }
    expected
}

fn is_there(officer: &Inspector, date: Date) -> bool {
    officer.is_valid && officer.valid.contains(date) && !officer.leave.iter().any(|leave| leave.contains(date))
}

fn count(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
