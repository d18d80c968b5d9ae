//! The order of the stages: from loaded inputs and a record of entropy to the files of a bundle.

use crate::files::store::bundle::File;
use crate::files::store::bundle::{MANIFEST, Manifest};
use crate::files::store::fingerprints;
use crate::files::store::freeze::freeze;
use crate::files::store::rows;
use crate::ledger::commit::{Commitment, StratumSeal, frame_root};
use crate::lottery::{Entropy, Prk, Rounding};
use crate::plan::check::{Violation, check, check_potentials};
use crate::plan::model::{Duty, Frames, Inputs, Plan};
use crate::plan::staffing::{self, TeamKeys};
use crate::plan::summary::{Summary, summary};
use crate::plan::{calendar, draws, duties, visits};
use crate::publish;

/// Is a stage of the run, for whoever shows the progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Load,
    Seal,
    Draw,
    Merge,
    Staff,
    Check,
    Write,
}

/// Holds a finished plan, checked, and the files that it is published as.
#[derive(Debug)]
pub struct Made {
    pub inputs: Inputs,
    pub prk: Prk,
    pub plan: Plan,
    pub duties: Vec<Duty>,
    pub summary: Summary,
    /// All files of the bundle, sorted by path, the manifest among them.
    pub files: Vec<File>,
}

/// Makes the plan of a period: seal, draw, merge, staff, schedule, check, publish.
///
/// # Errors
/// The violations that the independent checker found; then the program is at fault, and nothing may be written.
pub fn make(
    inputs: Inputs,
    frames: Frames,
    entropy: &Entropy,
    stage: &mut dyn FnMut(Stage),
) -> Result<Made, Vec<Violation>> {
    stage(Stage::Seal);
    let frozen = freeze(&inputs);
    let commit = commitment(&inputs, &frames, &frozen);

    let prk = Prk::of(inputs.rules.suite, entropy);
    let (plan, duties) = plan(&inputs, frames, &prk, stage);

    stage(Stage::Check);
    let mut violations = check(&inputs, &prk, &plan);
    violations.extend(check_potentials(&inputs, &prk, &plan));
    if !violations.is_empty() {
        return Err(violations);
    }

    stage(Stage::Write);
    let summary = summary(&inputs, &plan, &duties, entropy.is_witnessed());
    let mut files = vec![
        File { path: "commit.txt".to_owned(), bytes: commit.into_bytes() },
        File { path: "entropy.txt".to_owned(), bytes: entropy.text().as_bytes().to_vec() },
        fingerprints::write(&frozen),
        publish::instructions::write(&inputs, &plan, &prk, &summary),
        publish::workbook::write(&inputs, &plan),
    ];
    files.extend(rows::results(&inputs, &plan));
    files.extend(frozen.into_iter().map(|file| File { path: format!("inputs/{}", file.path), ..file }));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let rules = &inputs.rules;
    let manifest = Manifest::of(&files, rules.suite, &rules.period, &rules.region, summary.witnessed);
    files.push(File { path: MANIFEST.to_owned(), bytes: manifest.text().into_bytes() });
    Ok(Made { inputs, prk, plan, duties, summary, files })
}

/// Draws, merges, staffs and dates: everything that chance decides, without a look at what comes out.
pub fn plan(inputs: &Inputs, frames: Frames, prk: &Prk, stage: &mut dyn FnMut(Stage)) -> (Plan, Vec<Duty>) {
    stage(Stage::Draw);
    let samples = draws::draws(inputs, prk, &frames);

    stage(Stage::Merge);
    let duties = duties::duties(inputs, &frames, &samples);
    let days = calendar::working_days(inputs);
    let posed = visits::pose(inputs, &days, &duties);

    stage(Stage::Staff);
    let group = format!("{}.{}", inputs.rules.region, inputs.rules.period);
    let staffing = staffing::staff(&posed.problem, &TeamKeys::new(prk.clone(), group));
    let (visits, unplaced) = visits::read(inputs, &days, &duties, &posed, &staffing);
    let potentials = visits::potentials(&staffing);
    (Plan { frames, samples, visits, unplaced, potentials }, duties)
}

/// Writes the commitment of sealed inputs (protocol §10).
pub fn commitment(inputs: &Inputs, frames: &Frames, frozen: &[File]) -> String {
    let rules = &inputs.rules;
    let (first, last) = (rules.days.first.to_string(), rules.days.last.to_string());
    let strata = frames.strata.iter().map(|stratum| {
        let task = &inputs.tasks[stratum.task.at()];
        let balls = |at: usize| stratum.balls_all.unwrap_or_else(|| stratum.balls[at]);
        let leaves = stratum.frame.iter().enumerate();
        StratumSeal {
            task: &task.code,
            stratum: rows::stratum_name(stratum.name),
            group: &task.group,
            population: stratum.frame.len() as u32,
            sample: stratum.size,
            reserve: stratum.reserve,
            root: frame_root(rules.suite, leaves.map(|(at, no)| (inputs.entities[no.at()].id.as_str(), balls(at)))),
        }
    });
    let commitment = Commitment {
        suite: rules.suite,
        region: &rules.region,
        period: [&rules.period, &first, &last],
        rounding: match rules.rounding {
            Rounding::Up => "up",
            Rounding::Nearest => "nearest",
            Rounding::FloorMin1 => "floor_min_1",
        },
        inputs: frozen.iter().map(|file| (file.path.as_str(), file.bytes.as_slice())).collect(),
        strata: strata.collect(),
    };
    commitment.text()
}
