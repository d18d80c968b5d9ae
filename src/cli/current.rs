//! The plan as it stands after its amendments, for the commands that show visits.

use std::collections::BTreeMap;
use std::path::Path;

use super::Failure;
use super::ceremony::failure;
use fairdraw::both;
use fairdraw::ceremony::amend::{self, Current};
use fairdraw::ceremony::draw::PUBLIC;
use fairdraw::ceremony::open::{self, AFTER};
use fairdraw::ceremony::witness::{self, attempt_of};
use fairdraw::files::store::bundle::File;
use fairdraw::files::store::ledger::Ledger;
use fairdraw::lang::Text;
use fairdraw::ledger::chain;
use fairdraw::ledger::hash::sha256_hex;
use fairdraw::ledger::state;
use fairdraw::run::Made;

/// Makes the changes that stand on the office's ledger, or, without one, those that an opened bundle brings along; `kept` are
/// the files of the bundle.
pub fn current(made: Made, kept: &[File], office: Option<&Path>) -> Result<Current, Failure> {
    let ceremony = format!("{}.{}", made.inputs.rules.region, made.inputs.rules.period);
    let record = made.files.iter().find(|file| file.path == "entropy.txt").map(|file| sha256_hex(&file.bytes));
    let (entries, attempts, files) = match office {
        Some(folder) => {
            let ledger = Ledger::read(folder).map_err(|error| Failure::new(&error, error.advice()))?;
            let attempt = attempt_of(ledger.entries(), ledger.attempts(), &ceremony, record.as_deref());
            let files = attempt.map(|attempt| amend::files(&ledger, attempt)).transpose().map_err(failure)?;
            (ledger.entries().to_vec(), ledger.attempts().to_vec(), files.unwrap_or_default())
        }
        None => {
            let after: BTreeMap<String, Vec<u8>> = kept
                .iter()
                .filter_map(|file| Some((file.path.strip_prefix(AFTER)?.to_owned(), file.bytes.clone())))
                .collect();
            let own = after
                .iter()
                .filter_map(|(path, bytes)| Some((path.strip_prefix(witness::FOLDER)?.to_owned(), bytes.clone())));
            let advice = || both!("run `fairdraw verify` on the bundle", "对计划包运行 `fairdraw verify`");
            let entries = chain::read(&own.collect()).map_err(|error| Failure::new(&error, advice()))?;
            let attempts = state::read(&entries).map_err(|(_, refusal)| Failure::new(&refusal, advice()))?;
            (entries, attempts, after)
        }
    };
    let Some(attempt) = attempt_of(&entries, &attempts, &ceremony, record.as_deref()) else {
        return Ok(Current { made, changes: Vec::new(), substitutions: Vec::new() });
    };
    amend::current(made, &entries, attempt, &files).map_err(|wrong| {
        let (file, what) = (wrong.file, wrong.what);
        let cause = both!(what => "{file}: {what}", "{file}：{what}");
        Failure::new(cause, both!("run `fairdraw verify` with --ledger", "加 --ledger 运行 `fairdraw verify`"))
    })
}

/// Collects what came after the draw of a bundle, as an opened bundle has it, from the office's ledger.
pub fn after(made: &Made, office: &Path) -> Result<Vec<File>, Failure> {
    let ceremony = format!("{}.{}", made.inputs.rules.region, made.inputs.rules.period);
    let ledger = Ledger::read(office).map_err(|error| Failure::new(&error, error.advice()))?;
    let record = made.files.iter().find(|file| file.path == "entropy.txt").map(|file| sha256_hex(&file.bytes));
    match attempt_of(ledger.entries(), ledger.attempts(), &ceremony, record.as_deref()) {
        Some(attempt) if attempt.draw.is_some() => {
            let files = open::after(&ledger, attempt).map_err(failure)?;
            Ok(files.into_iter().map(|file| File { path: format!("{AFTER}{}", file.path), ..file }).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// Reads of every void attempt that is public what a reader wants to see: the record, the sizes and the sample.
pub fn voids(made: &Made, office: &Path) -> Result<Vec<(u32, Vec<File>)>, Failure> {
    let ceremony = format!("{}.{}", made.inputs.rules.region, made.inputs.rules.period);
    let ledger = Ledger::read(office).map_err(|error| Failure::new(&error, error.advice()))?;
    let mut all = Vec::new();
    for attempt in ledger.attempts().iter().filter(|attempt| attempt.ceremony == ceremony) {
        let Some(entry) = attempt.disclosed.map(|at| &ledger.entries()[at]) else { continue };
        let folder = ledger.attempt_folder(&ceremony, attempt.number).join(PUBLIC);
        let read =
            |name: &&str| Some(File { path: (**name).to_owned(), bytes: std::fs::read(folder.join(name)).ok()? });
        let files: Vec<File> =
            ["commit.txt", "entropy.txt", "samples.csv", "strata.csv"].iter().filter_map(read).collect();
        let sample = files.iter().find(|file| file.path == "samples.csv").map(|file| sha256_hex(&file.bytes));
        if sample.as_deref() != entry.fact("sample") {
            let cause = both!("{}: the sample is not the one on record", "{}：样本不是台账所记的", folder.display());
            return Err(Failure::new(cause, both!("restore the folder from a copy", "用副本恢复该文件夹")));
        }
        all.push((attempt.number, files));
    }
    Ok(all)
}

/// Says that somebody can not have been met at a visit that was taken out.
pub fn not_made(visit: &str) -> Failure {
    let cause = both!(
        "visit {visit} was taken out by an amendment, so nobody can have been met there",
        "检查 {visit} 已由变更取消，不可能有已到户的结果"
    );
    let advice: Text = both!(
        "deliver it as unreachable or gone, and what was found at the substitute under the substitute's visit",
        "请填写无法联系或注销、迁出；递补对象的结果填在递补的检查下"
    );
    Failure::new(cause, advice)
}
