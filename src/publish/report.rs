//! Reports for a terminal: the summary of a plan, lists of faults, findings of a verification.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::files::faults::{Fault, Severity};
use crate::files::rows;
use crate::plan::model::{Inputs, Plan};
use crate::plan::summary::Summary;

/// Writes the summary of a plan.
pub fn summary(summary: &Summary, inputs: &Inputs, plan: &Plan) -> String {
    let s = summary;
    let mut text = String::new();
    let mut line = |name: &str, value: String| {
        writeln!(text, "  {name:<10} {value}").expect("a string takes all text");
    };
    let seed = if s.witnessed { "witnessed" } else { "unwitnessed: one person chose the seed" };
    line("entropy", seed.to_owned());
    line("plan", format!("{} tasks over {} items, {} agencies", s.tasks, s.items, s.agencies));
    let out: u32 = s.excluded.values().sum();
    line(
        "registry",
        format!(
            "{} entities, {} in a frame, {} exclusions listed",
            thousands(s.registry),
            thousands(s.in_a_frame),
            thousands(out)
        ),
    );
    line(
        "draw",
        format!(
            "{} draws of {} entities, {} in reserve",
            thousands(s.draws),
            thousands(s.distinct_entities),
            thousands(s.reserve)
        ),
    );
    line(
        "merge",
        format!(
            "{} visits instead of {} (every agency alone) or {} (every task alone); at most {} agencies at one door",
            thousands(s.visits),
            thousands(s.visits_alone),
            thousands(s.visits_by_task),
            s.most_agencies_at_a_door
        ),
    );
    line(
        "staff",
        format!(
            "{} of {} officers on {} seats, {} of {} agencies at work",
            thousands(s.officers_at_work),
            thousands(s.officers),
            thousands(s.seats),
            s.agencies_at_work,
            s.agencies
        ),
    );
    let busiest = s.loads.iter().filter(|load| load.visits > 0).max_by_key(|load| (load.most, load.visits));
    if let Some(load) = busiest {
        let words = format!(
            "most in {} {}: {} visits on {} officers, each {} to {} (median {})",
            load.agency, load.name, load.visits, load.officers, load.least, load.most, load.median
        );
        line("load", words);
    }
    match s.unplaced {
        0 => line("unplaced", "none".to_owned()),
        some => {
            let reasons: Vec<String> =
                s.unplaced_by_reason.iter().map(|(why, count)| format!("{count} {why}")).collect();
            line("unplaced", format!("{some} duties: {} (unplaced.csv says what is short)", reasons.join(", ")));
        }
    }
    for (stratum, sample) in plan.frames.strata.iter().zip(&plan.samples).take(CUTOFFS_SHOWN) {
        let task = &inputs.tasks[stratum.task.at()];
        let words = format!(
            "{} {:<3} {:>4} of {:<6} {}",
            task.code,
            rows::stratum_name(stratum.name),
            stratum.size,
            stratum.frame.len(),
            rows::cutoff(stratum, sample.cutoff())
        );
        line("cut-off", words);
    }
    if plan.frames.strata.len() > CUTOFFS_SHOWN {
        line("", format!("… and {} more in strata.csv", plan.frames.strata.len() - CUTOFFS_SHOWN));
    }
    text
}

/// Cut-offs that the summary shows before it points to the file.
const CUTOFFS_SHOWN: usize = 4;

/// Writes faults, errors first, each with its place, cause and remedy.
pub fn faults(faults: &[Fault]) -> String {
    let mut text = String::new();
    for fault in faults {
        let word = match fault.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let value = if fault.value.is_empty() { String::new() } else { format!(" {:?}", fault.value) };
        writeln!(
            text,
            "{word}[{}] {}:{value}\n    {}\n    try: {}",
            fault.code, fault.place, fault.cause, fault.remedy
        )
        .expect("a string takes all text");
    }
    text
}

/// Writes one line for each kind of fault: how often it occurs, and where first.
pub fn faults_by_kind(faults: &[Fault]) -> String {
    let mut kinds: BTreeMap<(Severity, &str), Vec<&Fault>> = BTreeMap::new();
    faults.iter().for_each(|fault| kinds.entry((fault.severity, fault.code)).or_default().push(fault));
    let mut text = String::new();
    for ((severity, code), of_kind) in kinds {
        let word = match severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let first = of_kind[0];
        let times = if of_kind.len() == 1 { String::new() } else { format!(" ({} of this kind)", of_kind.len()) };
        writeln!(text, "{word}[{code}] {}: {}{times}", first.place, first.cause).expect("a string takes all text");
    }
    text
}

/// Writes a number with a comma between thousands.
pub fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}
