//! What an audit of many draws found, in words and numbers (protocol §20.2–§20.7).

use serde::Serialize;

use super::bundles::{Draw, OfDraw};
use super::events::{Events, Rate, events};
use super::order::{OrderTest, order_tests};
use super::people::{Concentration, Most, concentration};
use super::selection::{Selection, Surprise, Times, selection};
use super::simulated::percent;
use super::statistics::trials_needed;
use crate::both;
use crate::lang::{Lang, Lines, Text};
use crate::ledger::chain::Entry;
use crate::plan::amend::REASONS;
use crate::run::Made;

/// Probability, over all tests of an audit that answer yes or no, that fair draws are called unfair.
pub const MISS: f64 = 0.001;

/// Level and power with which [`Needed`] asks for an effect to be seen.
const LEVEL: f64 = 0.05;
const POWER: f64 = 0.8;

/// Holds the findings of an audit.
#[derive(Clone, Debug)]
pub struct Audited {
    pub draws: Vec<OfDraw>,
    pub order: Vec<OrderTest>,
    pub selection: Selection,
    pub events: Events,
    pub concentration: Vec<Concentration>,
    pub needed: Vec<Needed>,
    /// What makes the answer a no: bundles that do not verify, and tests whose p is too small.
    pub objections: Vec<Text>,
}

/// Holds the findings in one language, as they are written as JSON.
#[derive(Debug, Serialize)]
pub struct Told<'a> {
    draws: &'a [OfDraw],
    order: &'a [OrderTest],
    selection: &'a Selection,
    events: &'a Events,
    concentration: &'a [Concentration],
    needed: Vec<ToldNeed<'a>>,
    objections: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct ToldNeed<'a> {
    effect: &'a str,
    #[serde(flatten)]
    needed: &'a Needed,
}

impl Audited {
    /// Tells the findings in a language.
    pub fn told(&self, lang: Lang) -> Told<'_> {
        Told {
            draws: &self.draws,
            order: &self.order,
            selection: &self.selection,
            events: &self.events,
            concentration: &self.concentration,
            needed: self.needed.iter().map(|needed| ToldNeed { effect: needed.effect.get(lang), needed }).collect(),
            objections: self.objections.iter().map(|text| text.get(lang)).collect(),
        }
    }
}

/// Says how many draws like these it takes to see an effect with 80 %, by an exact one-sided test at 5 %.
#[derive(Clone, Debug, Serialize)]
pub struct Needed {
    #[serde(skip)]
    pub effect: Text,
    /// Chances by the rules, and with the effect.
    pub told: f64,
    pub real: f64,
    /// Independent trials that it takes; `None` if more than 2^40, or where there is nothing to see.
    pub trials: Option<u64>,
    pub trials_per_draw: f64,
    pub draws: Option<u64>,
}

/// Judges replayed draws and the entries of their ledgers.
pub fn audited(draws: &[Draw], entries: &[Entry]) -> Audited {
    let made = || draws.iter().filter_map(|draw| draw.made.as_ref());
    let told: Vec<OfDraw> = draws.iter().map(Draw::told).collect();
    let (order, selection) = (order_tests(made()), selection(made()));
    let concentration = concentration(made());
    let visits = told.iter().map(|draw| draw.visits).sum();
    let mut objections: Vec<Text> = told
        .iter()
        .filter(|draw| !draw.verified)
        .map(|draw| {
            let (folder, findings) = (&draw.folder, Text::counted(draw.findings, "finding"));
            both!(
                findings => "{folder} is not what its inputs and record give: {findings}",
                "{folder} 与其输入和熵记录得出的不符：{findings} 处"
            )
        })
        .collect();
    // The tests that decide share the allowed probability: those of the order, and that of the entities.
    let limit = MISS / (order.len() + 1) as f64;
    for test in order.iter().filter(|test| test.p < limit) {
        let OrderTest { found, expected, p, .. } = test;
        let (order, counts) = (test.order_text(), test.counts_text());
        objections.push(both!(
            order, counts => "order by {order}, {counts}: {found} where {expected:.1} are expected, p = {p:.2e}",
            "按{order}排列，{counts}：{found}，预期 {expected:.1}，p = {p:.2e}"
        ));
    }
    for entity in selection.most_surprising.iter().filter(|entity| entity.p_of_any < limit) {
        let (id, times, frames) =
            (&entity.entity, Text::counted(entity.times, "time"), Text::counted(entity.frames, "frame"));
        objections.push(both!(
            times, frames => "{id} was drawn {times} in {frames}, p = {:.2e}",
            "{id} 在 {frames} 个框中抽中 {times} 次，p = {:.2e}",
            entity.p_of_any
        ));
    }
    let needed = needed(made().count(), made(), &selection, &concentration);
    Audited { draws: told, order, selection, events: events(entries, visits), concentration, needed, objections }
}

fn needed<'a>(
    draws: usize,
    made: impl Iterator<Item = &'a Made>,
    selection: &Selection,
    concentration: &[Concentration],
) -> Vec<Needed> {
    if draws == 0 {
        return Vec::new();
    }
    let per_draw = |count: f64| count / draws as f64;
    let picks: u32 = made
        .flat_map(|made| super::bundles::independent(made).into_iter().map(|at| made.plan.frames.strata[at].size))
        .sum();
    let mut all = Vec::new();
    let mut ask = |effect: Text, told: f64, real: f64, trials_per_draw: f64| {
        let is_chance = |p: f64| 0.0 < p && p < 1.0;
        let trials = (is_chance(told) && is_chance(real)).then(|| trials_needed(told, real, LEVEL, POWER)).flatten();
        let draws =
            trials.filter(|_| trials_per_draw > 0.0).map(|trials| (trials as f64 / trials_per_draw).ceil() as u64);
        all.push(Needed { effect, told, real, trials, trials_per_draw, draws });
    };
    let chance = selection.chance;
    for firms in [1u32, 10, 100, 1000] {
        let effect =
            both!("firms protected by a second draw whenever one comes: {firms}", "抽中即重抽以庇护的企业：{firms} 户");
        ask(effect, chance, chance * chance, firms.into());
    }
    ask(both!("1000 firms come half as often", "1000 户的机会减半"), chance, chance / 2.0, 1000.0);
    ask(both!("100 firms come twice as often", "100 户的机会加倍"), chance, 2.0 * chance, 100.0);
    ask(
        both!("the earlier half of the registry gets 60 % of the picks", "名录前一半占抽中的 60 %"),
        0.5,
        0.6,
        per_draw(picks.into()),
    );
    ask(
        both!("the earlier half of the registry gets 55 % of the picks", "名录前一半占抽中的 55 %"),
        0.5,
        0.55,
        per_draw(picks.into()),
    );
    if let Some(agency) = concentration.iter().max_by_key(|agency| agency.outings).filter(|agency| agency.officers > 2)
    {
        let pair = 1.0 / f64::from(agency.officers - 1);
        let outings = 2.0 * f64::from(agency.outings) / f64::from(agency.officers);
        ask(
            both!("two officers of {} go together three times as often", "{} 的两人同行的次数为三倍", agency.agency),
            pair,
            3.0 * pair,
            per_draw(outings),
        );
    }
    all
}

/// Tells the findings in words.
pub fn text(found: &Audited) -> Text {
    let mut lines = Lines::default();
    for draw in &found.draws {
        let OfDraw { folder, region, period, .. } = draw;
        let (visits, seats) = (Text::counted(draw.visits, "visit"), Text::counted(draw.seats, "seat"));
        let findings = Text::counted(draw.findings, "finding");
        let chance = if draw.witnessed { both!("witnessed", "有见证") } else { both!("unwitnessed", "无见证") };
        lines.add(match draw.verified {
            true => both!(
                chance, visits, seats => "{folder}: {region} {period}: verified, {chance}, {visits}, {seats}",
                "{folder}：{region} {period}：核验通过，{chance}，检查 {visits} 次，席位 {seats} 个"
            ),
            false => both!(
                findings => "{folder}: NOT VERIFIED, left out: {findings}",
                "{folder}：核验不通过，不计入：{findings} 处不符"
            ),
        });
    }
    lines.add(both!(
        "\nOrder of the registry (登记顺序)                found  expected        p",
        "\n登记顺序                                       实际      预期        p"
    ));
    for test in &found.order {
        let (order, counts) = (test.order_text().padded(13), test.counts_text().padded(25));
        let OrderTest { found, expected, p, .. } = test;
        let figures = format!(" {found:>7} {expected:>9.1} {p:>8.4}");
        lines.add(both!(order, counts => "  {order}  {counts}{figures}", "  {order}  {counts}{figures}"));
    }
    selected(&mut lines, &found.selection);
    let Events { ceremonies, void, void_with_known_sample, amended } = &found.events;
    let ceremonies = Text::counted(ceremonies, "ceremony");
    lines.add(both!(ceremonies => "\nLedgers (台账): {ceremonies}", "\n台账：抽查 {ceremonies} 次"));
    rate(&mut lines, &both!("attempts void (作废)", "作废"), void);
    rate(&mut lines, &both!("  with a known sample", "  其中样本已知"), void_with_known_sample);
    for (reason, share) in amended {
        let chinese = REASONS.iter().find(|row| row.1 == reason).map_or(reason.as_str(), |row| row.2);
        rate(&mut lines, &both!("amended: {reason}", "变更：{chinese}"), share);
    }
    lines.add(both!(
        "\nOfficers and pairs (人员与搭档) as drawn; p for any one of the agency; townships and qualifications bring some together",
        "\n抽取时的人员与搭档；p 指该部门任何一人；乡镇和资质会使一些人常在一起"
    ));
    for Concentration { agency, officers, seats, busiest, outings, closest_pair } in &found.concentration {
        let (officers, seats) = (Text::counted(officers, "officer"), Text::counted(seats, "seat"));
        let outings = Text::counted(outings, "outing");
        lines.add(both!(
            officers, seats, outings => "  {agency}: {officers}, {seats}, {outings}",
            "  {agency}：{officers} 人，席位 {seats} 个，外勤 {outings} 次"
        ));
        most(&mut lines, &both!("busiest", "最忙"), busiest);
        if let Some(pair) = closest_pair {
            most(&mut lines, &both!("closest", "最常搭档"), pair);
        }
    }
    let draws = found.draws.iter().filter(|draw| draw.verified).count();
    lines.add(both!(
        "\nDraws needed to see an effect with 80 %, at a level of 5 %; at hand are {draws}",
        "\n以 5 % 的水平、80 % 的把握看出某种效应所需的抽取次数；现有 {draws} 次"
    ));
    for Needed { effect, told, real, draws, .. } in &found.needed {
        let draws = draws.map_or(both!("out of reach", "不可及"), Text::same);
        let (told, real) = (percent(*told), percent(*real));
        lines.add(both!(draws, effect => "  {draws:>12}  {effect} ({told} → {real})", "  {draws:>12}  {effect}（{told} → {real}）"));
    }
    let (alarms, objections) = (1.0 / MISS, found.objections.len());
    if found.objections.is_empty() {
        lines.add(both!(
            "\nno objection (one false alarm in {alarms} audits of fair draws)",
            "\n无异议（公平的抽取每审计 {alarms} 次误报一次）"
        ));
    } else {
        let objections = Text::counted(objections, "objection");
        lines.add(both!(objections => "\n{objections}", "\n{objections} 项异议"));
        found.objections.iter().for_each(|objection| lines.add(both!(objection => "  {objection}", "  {objection}")));
    }
    lines.text()
}

fn selected(lines: &mut Lines, selection: &Selection) {
    let Selection { entities, chance, times, most_surprising } = selection;
    let (chance, entities) = (percent(*chance), Text::counted(entities, "entity"));
    lines.add(both!(
        entities => "\nSelection (抽中次数): {entities}, mean chance {chance} in a frame",
        "\n抽中次数：检查对象 {entities} 户，每框平均机会 {chance}"
    ));
    for Times { times, entities, expected } in times {
        let times = Text::counted(times, "time");
        let entities = Text::counted(format_args!("{entities:>7}"), "entity");
        lines.add(both!(
            times, entities => "  drawn {times:<7}  {entities:<16}, {expected:>9.1} expected",
            "  抽中 {times} 次  {entities} 户，预期 {expected:>9.1} 户"
        ));
    }
    if let Some(Surprise { entity, times, frames, p, p_of_any, .. }) = most_surprising.first() {
        let (times, frames) = (Text::counted(times, "time"), Text::counted(frames, "frame"));
        lines.add(both!(
            times, frames => "  least likely: {entity}, {times} in {frames}, p = {p:.2e}, for any entity {p_of_any:.4}",
            "  最不可能的：{entity}，{frames} 个框中抽中 {times} 次，p = {p:.2e}，任一户为 {p_of_any:.4}"
        ));
    }
}

fn rate(lines: &mut Lines, what: &Text, rate: &Rate) {
    let Rate { found, of, low, high } = rate;
    let (low, high) = (percent(*low), percent(*high));
    lines.add(
        both!(what => "  {what:<28} {found} of {of}, {low}..{high}", "  {what} {of} 次中 {found} 次，{low}..{high}"),
    );
}

fn most(lines: &mut Lines, what: &Text, most: &Most) {
    let Most { who, times, expected, p_of_any, .. } = most;
    lines.add(both!(
        what => "    {what} {who}: {times}, expected {expected:.1}, p = {p_of_any:.4}",
        "    {what} {who}：{times} 次，预期 {expected:.1}，p = {p_of_any:.4}"
    ));
}
