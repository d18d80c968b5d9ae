//! The salted rows of a plan's visits, of which a notice proves one (protocol §16.2).

use crate::files::store::rows::{Csv, visit_lists};
use crate::ledger::hash::hex;
use crate::ledger::notice::COLUMNS;
use crate::lottery::Prk;
use crate::plan::model::{Inputs, Plan, Team, Visit};
use crate::plan::words::Word;

/// Bytes of a salt: what nobody can try through.
const SALT: usize = 16;

/// Writes the salted rows of all visits, by id: the leaves under the root `notices` of a draw.
///
/// A row without a salt could be found by trying: a firm that holds the proof of its own visit has the hash of its
/// neighbour's. The salt comes from the key, so it is nobody's choice and nobody's to know before the opening.
pub fn rows(inputs: &Inputs, plan: &Plan, prk: &Prk) -> Vec<String> {
    let mut csv = Csv::new("notices.csv", &COLUMNS);
    for visit in &plan.visits {
        let key = prk.key(&format!("dr1/notice/{}.{}/{}", inputs.rules.region, inputs.rules.period, visit.id));
        let [tasks, items, agencies] = visit_lists(inputs, visit);
        let entity = &inputs.entities[visit.entity.at()];
        csv.row([
            &hex(&key.bytes()[..SALT]),
            &visit.id,
            &entity.id,
            &inputs.townships[entity.township.at()].code,
            &visit.date.to_string(),
            visit.half.word(),
            &tasks,
            &items,
            &agencies,
            &inputs.agencies[visit.lead.at()].code,
            &teams(inputs, visit),
        ]);
    }
    let text = String::from_utf8(csv.in_order().bytes).expect("cells are text");
    text.lines().skip(1).map(str::to_owned).collect()
}

/// Writes who comes: `<agency> <certificate> <certificate>`, agencies parted by `;`.
fn teams(inputs: &Inputs, visit: &Visit) -> String {
    let team = |team: &Team| {
        let seats = team.seats.iter().map(|seat| inputs.inspectors[seat.inspector.at()].certificate.as_str());
        let words: Vec<&str> = std::iter::once(inputs.agencies[team.agency.at()].code.as_str()).chain(seats).collect();
        words.join(" ")
    };
    visit.teams.iter().map(team).collect::<Vec<_>>().join(";")
}
