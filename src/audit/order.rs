//! Whether the order of the registry tells who is drawn (抽取与登记顺序): it must not (protocol §20.3).

use serde::Serialize;

use super::bundles::independent;
use super::statistics::Counts;
use crate::lang::Text;
use crate::plan::model::EntityNo;
use crate::run::Made;

/// Is one exact two-sided test of all samples against an order of the registry.
#[derive(Clone, Debug, Serialize)]
pub struct OrderTest {
    /// `id` or `registered`: the column of the registry that gives the order.
    pub order: &'static str,
    /// `earlier-half`: picks out of the earlier half of each frame; `neighbours`: picks whose next row is picked too.
    pub counts: &'static str,
    pub found: u64,
    pub expected: f64,
    /// Probability of a count that is no likelier, if the order tells nothing.
    pub p: f64,
}

impl OrderTest {
    /// Names the order.
    pub fn order_text(&self) -> Text {
        let chinese = if self.order == "id" { "代码" } else { "登记日期" };
        Text { en: self.order.into(), zh: chinese.into() }
    }

    /// Names what is counted.
    pub fn counts_text(&self) -> Text {
        let chinese = if self.counts == "neighbours" { "下一户也被抽中" } else { "在前一半中" };
        Text { en: self.counts.into(), zh: chinese.into() }
    }
}

/// Adds up frame by frame what was found and what chance alone gives.
struct Sum {
    found: u64,
    chance: Counts,
}

impl Sum {
    fn new() -> Sum {
        Sum { found: 0, chance: Counts::none() }
    }

    fn add(&mut self, found: u64, chance: &Counts) {
        self.found += found;
        self.chance = self.chance.and(chance);
    }

    fn test(self, order: &'static str, counts: &'static str) -> OrderTest {
        let (expected, p) = (self.chance.mean(), self.chance.as_unlikely_as(self.found));
        OrderTest { order, counts, found: self.found, expected, p }
    }
}

/// Tests all independent samples against the order by id and the order by day of registration.
pub fn order_tests<'a>(draws: impl Iterator<Item = &'a Made> + Clone) -> Vec<OrderTest> {
    let by_id = |_: &Made, frame: &mut Vec<EntityNo>| frame.sort_unstable();
    let by_day = |made: &Made, frame: &mut Vec<EntityNo>| {
        frame.retain(|no| made.inputs.entities[no.at()].registered.is_some());
        frame.sort_by_key(|no| (made.inputs.entities[no.at()].registered, *no));
    };
    let mut tests = tests_of(draws.clone(), "id", by_id).to_vec();
    tests.extend(tests_of(draws, "registered", by_day));
    tests
}

fn tests_of<'a>(
    draws: impl Iterator<Item = &'a Made>,
    order: &'static str,
    sort: impl Fn(&Made, &mut Vec<EntityNo>),
) -> [OrderTest; 2] {
    let (mut halves, mut neighbours) = (Sum::new(), Sum::new());
    for made in draws {
        for at in independent(made) {
            let mut frame = made.plan.frames.strata[at].frame.clone();
            sort(made, &mut frame);
            let mut drawn: Vec<u32> = made.plan.samples[at].drawn.iter().map(|pick| pick.at).collect();
            drawn.sort_unstable();
            let is_drawn: Vec<bool> = frame.iter().map(|no| drawn.binary_search(&no.0).is_ok()).collect();
            let (all, taken) = (frame.len() as u64, is_drawn.iter().filter(|drawn| **drawn).count() as u64);
            let half = frame.len() / 2;
            let earlier = is_drawn[..half].iter().filter(|drawn| **drawn).count() as u64;
            halves.add(earlier, &Counts::of_taken(all, half as u64, taken));
            let pairs = is_drawn.windows(2).filter(|pair| pair[0] && pair[1]).count() as u64;
            neighbours.add(pairs, &Counts::of_neighbours(all, taken));
        }
    }
    [halves.test(order, "earlier-half"), neighbours.test(order, "neighbours")]
}
