//! `VERIFY.md`: how anyone checks this bundle, with this bundle's own numbers.

use std::fmt::Write;

use crate::files::store::bundle::File;
use crate::files::store::rows;
use crate::lottery::{Iv, Prk, Suite, keys::entity_label};
use crate::plan::model::{Inputs, Plan};
use crate::plan::summary::Summary;

/// Writes the instructions; the example is the first entity of the first sample that is not empty.
pub fn write(inputs: &Inputs, plan: &Plan, prk: &Prk, summary: &Summary) -> File {
    let mut text = format!(
        "# How to verify this plan · 如何核验本计划\n\n\
         Period {}, region {}. Protocol `{}` (PROTOCOL.md of fairdraw {}).\n\n",
        summary.period,
        summary.region,
        inputs.rules.suite.name(),
        env!("CARGO_PKG_VERSION"),
    );
    if !summary.witnessed {
        text.push_str(
            "**Unwitnessed · 无见证种子.** The only entropy is a seed that one person chose. The replay proves that the \
             plan follows from the seed; it does not prove that the seed was not picked to suit somebody.\n\n",
        );
    }
    text.push_str(
        "## Everything · 全部重放\n\n\
         ```sh\nfairdraw verify BUNDLE                     # replays every stage and compares every byte\n\
         python3 scripts/verify_draw.py BUNDLE     # a second implementation, Python's standard library alone\n```\n\n\
         Both come with the source of fairdraw; BUNDLE is this folder.\n\
         Exit status 0 means verified, 1 a definite no, 2 that the question could not be answered.\n\n",
    );
    let example = plan.frames.strata.iter().zip(&plan.samples).find(|(_, sample)| !sample.drawn.is_empty());
    if let Some((stratum, sample)) = example {
        let task = &inputs.tasks[stratum.task.at()];
        let entity = &inputs.entities[sample.drawn[0].at as usize];
        let key = prk.key(&entity_label(&task.group)).to_string();
        // In counter mode zeros become the cipher's output for the IV itself.
        let (cipher, key) = match inputs.rules.suite {
            Suite::Dr1 => ("-chacha20", key.as_str()),
            Suite::Dr1Gm => ("-sm4-ctr", &key[..32]),
        };
        let written = write!(
            text,
            "## One entity · 单户自查\n\n\
             Entity `{id}` in task `{task}`, stratum `{name}`, group `{group}`:\n\n\
             ```sh\nhead -c 16 /dev/zero | openssl enc {cipher} \\\n    -K {key} \\\n    -iv {iv} | od -An -tx1 | tr -d ' \\n'\n```\n\n\
             prints its ticket, `{ticket}`. It is drawn, because this is not above the cut-off of the stratum in \
             `strata.csv`, `{cutoff}`.\n\
             该命令输出抽签号；抽签号不大于 `strata.csv` 中该层的中签线，即为抽中。\n\n\
             Another entity needs another `-iv`: for a code of 1 to 22 digits and capital letters, a `0`, its length as two \
             hex digits, and its value in base 36 as 29 hex digits (PROTOCOL.md §1). The script \
             `scripts/check-one` does this for any code.\n\n",
            id = entity.id,
            task = task.code,
            name = rows::stratum_name(stratum.name),
            group = task.group,
            iv = Iv::of(inputs.rules.suite, &entity.id),
            ticket = sample.drawn[0].place.ticket,
            cutoff = rows::cutoff(stratum, sample.cutoff()),
        );
        written.expect("a string takes all text");
    }
    text.push_str(
        "## Files · 文件\n\n\
         | file | holds |\n|---|---|\n\
         | `commit.txt` | what was fixed before the draw: hashes of all inputs, sizes and Merkle roots of all frames 抽取前的封存 |\n\
         | `entropy.txt` | the chance that decided 随机源 |\n\
         | `inputs/` | the frozen tables; they are a workspace of their own 冻结的名录库与计划 |\n\
         | `strata.csv` | frames, sample sizes and cut-offs 层、样本量与中签线 |\n\
         | `samples.csv` | every drawn (S) and reserve (R) entity with ticket, rank and chance 抽查对象与备选 |\n\
         | `excluded.csv` | every entity that could not be drawn, and why 未入抽样框及原因 |\n\
         | `visits.csv`, `teams.csv` | who goes where, when, and the officers' tickets 排期与检查组 |\n\
         | `potentials.csv` | prices that prove the teams: no others are as even, or as even with smaller tickets 检查组最优性证明 |\n\
         | `unplaced.csv` | what could not be staffed or dated, and why 未排期及原因 |\n\
         | `schedule.xlsx` | the same for people 供人阅读的工作簿 |\n\
         | `rows.txt` | a fingerprint of every frozen row, to find damage 逐行指纹 |\n\
         | `manifest.json` | size and SHA-256 of every file 文件清单 |\n",
    );
    File { path: "VERIFY.md".to_owned(), bytes: text.into_bytes() }
}
