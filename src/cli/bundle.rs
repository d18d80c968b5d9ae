//! Bundles as the commands take them: replayed first, and refused where they are not sound.

use std::path::Path;

use super::{Failure, Progress};
use fairdraw::both;
use fairdraw::files::store::bundle::{self, File};
use fairdraw::lang::Text;
use fairdraw::run::Made;
use fairdraw::verify::{Evidence, VerifyError, verify};

/// Replays a bundle, and reads its files as they stand there.
pub fn replayed(folder: &Path, progress: &Progress) -> Result<(Made, Vec<File>), Failure> {
    let made = replay(folder, progress)?;
    let files = bundle::read(folder).map_err(|error| Failure::new(error, give_bundle()))?;
    Ok((made, files.into_iter().map(|(path, bytes)| File { path, bytes }).collect()))
}

/// Replays a bundle, which must be sound.
pub fn replay(bundle: &Path, progress: &Progress) -> Result<Made, Failure> {
    let verdict = verify(bundle, &Evidence::default(), &mut |stage| progress.stage(stage));
    let verdict = verdict.map_err(no_bundle)?;
    verdict.replayed.filter(|_| verdict.findings.is_empty()).ok_or_else(|| not_sound(bundle))
}

/// Turns a bundle that can not be judged into the program's answer.
fn no_bundle(error: VerifyError) -> Failure {
    Failure::new(error, give_bundle())
}

/// Asks for the folder of a bundle.
pub fn give_bundle() -> Text {
    both!("give the folder that `fairdraw plan` wrote", "请给出 `fairdraw plan` 写出的文件夹")
}

/// Says that a bundle is not what it must be, so that nothing is made of it.
fn not_sound(bundle: &Path) -> Failure {
    let bundle = bundle.display();
    let cause =
        both!("the bundle {bundle} is not what its inputs and entropy give", "计划包 {bundle} 与其输入和熵得出的不符");
    Failure::new(cause, both!("run `fairdraw verify` to see where it differs", "运行 `fairdraw verify` 查看何处不同"))
}
