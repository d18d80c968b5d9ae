//! What an audit of many draws found, in words and numbers (protocol §20.2–§20.7).

use std::fmt::Write;

use serde::Serialize;

use super::bundles::{Draw, OfDraw};
use super::events::{Events, Rate, events};
use super::order::{OrderTest, order_tests};
use super::people::{Concentration, Most, concentration};
use super::selection::{Selection, selection};
use super::simulated::percent;
use super::statistics::trials_needed;
use crate::ledger::chain::Entry;
use crate::run::Made;

/// Probability, over all tests of an audit that answer yes or no, that fair draws are called unfair.
pub const MISS: f64 = 0.001;

/// Level and power with which [`Needed`] asks for an effect to be seen.
const LEVEL: f64 = 0.05;
const POWER: f64 = 0.8;

/// Holds the findings of an audit.
#[derive(Clone, Debug, Serialize)]
pub struct Audited {
    pub draws: Vec<OfDraw>,
    pub order: Vec<OrderTest>,
    pub selection: Selection,
    pub events: Events,
    pub concentration: Vec<Concentration>,
    pub needed: Vec<Needed>,
    /// What makes the answer a no: bundles that do not verify, and tests whose p is too small.
    pub objections: Vec<String>,
}

/// Says how many draws like these it takes to see an effect with 80 %, by an exact one-sided test at 5 %.
#[derive(Clone, Debug, Serialize)]
pub struct Needed {
    pub effect: String,
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
    let mut objections: Vec<String> = told
        .iter()
        .filter(|draw| !draw.verified)
        .map(|draw| format!("{} is not what its inputs and record give: {} findings", draw.folder, draw.findings))
        .collect();
    // The tests that decide share the allowed probability: those of the order, and that of the entities.
    let limit = MISS / (order.len() + 1) as f64;
    for test in order.iter().filter(|test| test.p < limit) {
        let OrderTest { order, counts, found, expected, p } = test;
        objections.push(format!("order by {order}, {counts}: {found} where {expected:.1} are expected, p = {p:.2e}"));
    }
    for entity in selection.most_surprising.iter().filter(|entity| entity.p_of_any < limit) {
        let (id, times, frames) = (&entity.entity, entity.times, entity.frames);
        objections.push(format!("{id} was drawn {times} times in {frames} frames, p = {:.2e}", entity.p_of_any));
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
    let mut ask = |effect: String, told: f64, real: f64, trials_per_draw: f64| {
        let is_chance = |p: f64| 0.0 < p && p < 1.0;
        let trials = (is_chance(told) && is_chance(real)).then(|| trials_needed(told, real, LEVEL, POWER)).flatten();
        let draws =
            trials.filter(|_| trials_per_draw > 0.0).map(|trials| (trials as f64 / trials_per_draw).ceil() as u64);
        all.push(Needed { effect, told, real, trials, trials_per_draw, draws });
    };
    let chance = selection.chance;
    for firms in [1u32, 10, 100, 1000] {
        let effect = format!("firms protected by a second draw whenever one comes: {firms}");
        ask(effect, chance, chance * chance, firms.into());
    }
    ask("1000 firms come half as often".to_owned(), chance, chance / 2.0, 1000.0);
    ask("100 firms come twice as often".to_owned(), chance, 2.0 * chance, 100.0);
    ask("the earlier half of the registry gets 60 % of the picks".to_owned(), 0.5, 0.6, per_draw(picks.into()));
    ask("the earlier half of the registry gets 55 % of the picks".to_owned(), 0.5, 0.55, per_draw(picks.into()));
    if let Some(agency) = concentration.iter().max_by_key(|agency| agency.outings).filter(|agency| agency.officers > 2)
    {
        let pair = 1.0 / f64::from(agency.officers - 1);
        let outings = 2.0 * f64::from(agency.outings) / f64::from(agency.officers);
        ask(
            format!("two officers of {} go together three times as often", agency.agency),
            pair,
            3.0 * pair,
            per_draw(outings),
        );
    }
    all
}

/// Tells the findings in words.
pub fn text(found: &Audited) -> String {
    let mut text = String::new();
    for draw in &found.draws {
        let OfDraw { folder, region, period, visits, seats, .. } = draw;
        let chance = if draw.witnessed { "witnessed" } else { "unwitnessed" };
        let told = match draw.verified {
            true => format!("{region} {period}: verified, {chance}, {visits} visits, {seats} seats"),
            false => format!("NOT VERIFIED, left out: {} findings", draw.findings),
        };
        line(&mut text, format_args!("{folder}: {told}"));
    }
    line(&mut text, format_args!("\nOrder of the registry (登记顺序)                found  expected        p"));
    for OrderTest { order, counts, found, expected, p } in &found.order {
        line(&mut text, format_args!("  by {order:<10}  {counts:<25} {found:>7} {expected:>9.1} {p:>8.4}"));
    }
    selected(&mut text, &found.selection);
    let Events { ceremonies, void, void_with_known_sample, amended } = &found.events;
    line(&mut text, format_args!("\nLedgers (台账): {ceremonies} ceremonies"));
    rate(&mut text, "attempts void (作废)", void);
    rate(&mut text, "  with a known sample", void_with_known_sample);
    amended.iter().for_each(|(reason, share)| rate(&mut text, &format!("amended: {reason}"), share));
    line(
        &mut text,
        format_args!(
            "\nOfficers and pairs (人员与搭档); p for any one of the agency; townships and qualifications bring some together"
        ),
    );
    for Concentration { agency, officers, seats, busiest, outings, closest_pair } in &found.concentration {
        line(&mut text, format_args!("  {agency}: {officers} officers, {seats} seats, {outings} outings"));
        most(&mut text, "busiest", busiest);
        if let Some(pair) = closest_pair {
            most(&mut text, "closest", pair);
        }
    }
    let draws = found.draws.iter().filter(|draw| draw.verified).count();
    line(&mut text, format_args!("\nDraws needed to see an effect with 80 %, at a level of 5 %; at hand are {draws}"));
    for Needed { effect, told, real, draws, .. } in &found.needed {
        let draws = draws.map_or("out of reach".to_owned(), |draws| draws.to_string());
        line(&mut text, format_args!("  {draws:>12}  {effect} ({} → {})", percent(*told), percent(*real)));
    }
    if found.objections.is_empty() {
        line(&mut text, format_args!("\nno objection (one false alarm in {} audits of fair draws)", 1.0 / MISS));
    } else {
        line(&mut text, format_args!("\n{} objections", found.objections.len()));
        found.objections.iter().for_each(|objection| line(&mut text, format_args!("  {objection}")));
    }
    text
}

fn selected(text: &mut String, selection: &Selection) {
    let Selection { entities, chance, times, most_surprising } = selection;
    line(
        text,
        format_args!("\nSelection (抽中次数): {entities} entities, mean chance {} in a frame", percent(*chance)),
    );
    for times in times {
        line(
            text,
            format_args!(
                "  drawn {} times  {:>7} entities, {:>9.1} expected",
                times.times, times.entities, times.expected
            ),
        );
    }
    if let Some(first) = most_surprising.first() {
        line(
            text,
            format_args!(
                "  least likely: {}, {} times in {} frames, p = {:.2e}, for any entity {:.4}",
                first.entity, first.times, first.frames, first.p, first.p_of_any
            ),
        );
    }
}

fn rate(text: &mut String, what: &str, rate: &Rate) {
    let Rate { found, of, low, high } = rate;
    line(text, format_args!("  {what:<28} {found} of {of}, {}..{}", percent(*low), percent(*high)));
}

fn most(text: &mut String, what: &str, most: &Most) {
    let Most { who, times, expected, p_of_any, .. } = most;
    line(text, format_args!("    {what} {who}: {times}, expected {expected:.1}, p = {p_of_any:.4}"));
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes all text");
}
