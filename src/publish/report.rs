//! Reports for a terminal: the summary of a plan, lists of faults, findings of a verification.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::both;
use crate::files::faults::{Fault, Severity};
use crate::files::store::rows;
use crate::lang::{Lang, Say, Text};
use crate::lottery::Suite;
use crate::plan::model::{Inputs, Plan};
use crate::plan::summary::Summary;
use crate::plan::words;

/// Writes the summary of a plan.
pub fn summary(summary: &Summary, inputs: &Inputs, plan: &Plan, lang: Lang) -> String {
    let mut text = String::new();
    let mut line = |name: (&str, &str), value: Text| {
        let name = match lang {
            Lang::En => format!("{:<10}", name.0),
            Lang::Zh => name.1.to_owned(),
        };
        writeln!(text, "  {name} {}", value.get(lang)).expect("a string takes all text");
    };
    for (name, value) in summary_lines(summary, inputs.rules.suite) {
        line(name, value);
    }
    for (stratum, sample) in plan.frames.strata.iter().zip(&plan.samples).take(CUTOFFS_SHOWN) {
        let code = &inputs.tasks[stratum.task.at()].code;
        let (name, size) = (words::stratum(rows::stratum_name(stratum.name)).padded(4), stratum.frame.len());
        let cutoff = rows::cutoff(stratum, sample.cutoff());
        let words = both!(
            name => "{code} {name}{:>4} of {size:<6} {cutoff}",
            "{code} {name}{size:>6} 户中抽 {:>4} 户 {cutoff}",
            stratum.size
        );
        line(("cut-off", "截止"), words);
    }
    if plan.frames.strata.len() > CUTOFFS_SHOWN {
        let more = plan.frames.strata.len() - CUTOFFS_SHOWN;
        line(("", "　　"), both!("… and {more} more in strata.csv", "……另有 {more} 层，见 strata.csv"));
    }
    text
}

/// Says what the numbers of a summary are, each line under its English and its Chinese name.
fn summary_lines(s: &Summary, suite: Suite) -> Vec<((&'static str, &'static str), Text)> {
    let n = thousands;
    let counted = |number: u32, noun: &str| Text::counted(thousands(number), noun);
    let mut lines = Vec::new();
    let mut line = |name, value| lines.push((name, value));
    line(
        ("entropy", "熵源"),
        match s.witnessed {
            true => both!("witnessed", "有见证"),
            false => both!("unwitnessed: one person chose the seed", "无见证：种子由一人选定"),
        },
    );
    let cipher = match suite {
        Suite::Dr1 => "ChaCha20",
        Suite::Dr1Gm => "SM4",
    };
    let (name, hash) = (suite.name(), suite.hash_name());
    line(("suite", "套件"), both!("{name} ({hash}, {cipher})", "{name}（{hash}、{cipher}）"));
    let (tasks, items, agencies) = (counted(s.tasks, "task"), counted(s.items, "item"), counted(s.agencies, "agency"));
    let words = both!(
        tasks, items, agencies => "{tasks} over {items}, {agencies}",
        "任务 {tasks} 个，事项 {items} 项，单位 {agencies} 个"
    );
    line(("plan", "计划"), words);
    let out: u32 = s.excluded.values().sum();
    let (entities, in_a_frame, out) = (counted(s.registry, "entity"), n(s.in_a_frame), counted(out, "exclusion"));
    let words = both!(
        entities, out => "{entities}, {in_a_frame} in a frame, {out} listed",
        "对象 {entities} 户，入框 {in_a_frame} 户，列出不纳入 {out} 条"
    );
    line(("registry", "名录"), words);
    let (draws, entities, reserve) = (counted(s.draws, "draw"), counted(s.distinct_entities, "entity"), n(s.reserve));
    let words = both!(
        draws, entities => "{draws} of {entities}, {reserve} in reserve",
        "抽中 {draws} 户次、{entities} 户，备用 {reserve} 户次"
    );
    line(("draw", "抽取"), words);
    let (visits, alone, by_task) = (counted(s.visits, "visit"), n(s.visits_alone), n(s.visits_by_task));
    let most = counted(s.most_agencies_at_a_door, "agency");
    let words = both!(
        visits, most => "{visits} instead of {alone} (every agency alone) or {by_task} (every task alone); at most {most} at one door",
        "检查 {visits} 次；若各单位单独上门为 {alone} 次，若各任务单独上门为 {by_task} 次；同一户至多 {most} 个单位"
    );
    line(("merge", "合并"), words);
    let (at_work, officers, seats) = (n(s.officers_at_work), counted(s.officers, "officer"), counted(s.seats, "seat"));
    let agencies_at_work = s.agencies_at_work;
    let words = both!(
        officers, seats, agencies => "{at_work} of {officers} on {seats}, {agencies_at_work} of {agencies} at work",
        "人员 {at_work}/{officers} 人，席位 {seats} 个；单位 {agencies_at_work}/{agencies} 个有任务"
    );
    line(("staff", "人员"), words);
    let busiest = s.loads.iter().filter(|load| load.visits > 0).max_by_key(|load| (load.most, load.visits));
    if let Some(load) = busiest {
        let (visits, officers) = (Text::counted(load.visits, "visit"), Text::counted(load.officers, "officer"));
        let words = both!(
            visits, officers => "most in {} {}: {visits} on {officers}, each {} to {} (median {})",
            "最多的是 {} {}：检查 {visits} 次，{officers} 人分担，每人 {} 至 {} 次（中位数 {}）",
            load.agency,
            load.name,
            load.least,
            load.most,
            load.median
        );
        line(("load", "负荷"), words);
    }
    let reason = |(why, count): (&&str, &u32)| {
        let why = words::unplaced(why);
        both!(why => "{count} {why}", "{why} {count} 项")
    };
    let reasons: Vec<Text> = s.unplaced_by_reason.iter().map(reason).collect();
    let words = match s.unplaced {
        0 => both!("none", "无"),
        some => {
            let (duties, reasons) = (Text::counted(some, "duty"), Text::joined(&reasons, ", ", "、"));
            both!(
                duties, reasons => "{duties}: {reasons} (unplaced.csv says what is short)",
                "{duties} 项：{reasons}（缺什么见 unplaced.csv）"
            )
        }
    };
    line(("unplaced", "未排"), words);
    if !s.over_cap.is_empty() {
        let told: Vec<Text> = s
            .over_cap
            .iter()
            .map(|over| {
                let (id, visits, why) = (&over.entity, over.before as usize + over.visits.len(), over.why.say());
                both!(why => "{id} {visits} ({why})", "{id} {visits} 次（{why}）")
            })
            .collect();
        let (over, told) = (Text::counted(told.len(), "entity"), Text::joined(&told, ", ", "，"));
        let cap = s.over_cap[0].cap;
        let words = both!(
            over, told => "{over} with more visits than {cap} in the year: {told}",
            "{over} 户本年检查超过 {cap} 次：{told}"
        );
        lines.push((("above cap", "超限"), words));
    }
    lines
}

/// Cut-offs that the summary shows before it points to the file.
const CUTOFFS_SHOWN: usize = 4;

/// Writes faults, errors first, each with its place, cause and remedy.
pub fn faults(faults: &[Fault], lang: Lang) -> String {
    let mut text = String::new();
    for fault in faults.iter().map(|fault| fault.told(lang)) {
        let (word, advice) = (fault.severity.word(lang), lang.pick("try", "办法"));
        let value = if fault.value.is_empty() { String::new() } else { format!(" {:?}", fault.value) };
        writeln!(
            text,
            "{word}[{}] {}:{value}\n    {}\n    {advice}: {}",
            fault.code, fault.place, fault.cause, fault.remedy
        )
        .expect("a string takes all text");
    }
    text
}

/// Writes why nothing is made: one line for each kind of warning, then every error in full, so that it is read last.
pub fn refusal(faults: &[Fault], lang: Lang) -> String {
    let (errors, warnings): (Vec<Fault>, Vec<Fault>) =
        faults.iter().cloned().partition(|fault| fault.severity == Severity::Error);
    faults_by_kind(&warnings, lang) + &self::faults(&errors, lang)
}

/// Writes one line for each kind of fault: how often it occurs, and where first.
pub fn faults_by_kind(faults: &[Fault], lang: Lang) -> String {
    let mut kinds: BTreeMap<(Severity, &str), Vec<&Fault>> = BTreeMap::new();
    faults.iter().for_each(|fault| kinds.entry((fault.severity, fault.code)).or_default().push(fault));
    let mut text = String::new();
    for ((severity, code), of_kind) in kinds {
        let first = of_kind[0].told(lang);
        let times = match of_kind.len() {
            1 => String::new(),
            times => lang.pick(format!(" ({times} of this kind)"), format!("（同类共 {times} 条）")),
        };
        writeln!(text, "{}[{code}] {}: {}{times}", severity.word(lang), first.place, first.cause)
            .expect("a string takes all text");
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
