//! The quarter's plan as values: who can be drawn, who was, which visits that makes, by whom and when.
//!
//! Pure like the lottery: no file, clock, environment or DataFrame. The stages in their order, each knowing the
//! model and the lottery but no other stage:
//!
//! | file | stage | turns |
//! |---|---|---|
//! | [`model`] | | holds the nouns: inputs and plan |
//! | [`calendar`] | | rows of holidays into working days |
//! | [`scope`] | seal | registry and tasks into frames, strata and exclusions |
//! | [`forecast`] | seal | sample sizes and rosters into the weeks that will be short |
//! | [`draws`] | draw | frames and keys into samples |
//! | [`duties`] | merge | samples into what each agency has to do at each entity |
//! | [`staffing`] | staff, schedule | duties into dated visits with teams, or reasons why not |
//! | [`eligibility`] | | says what stands between an officer and a visit |
//! | [`visits`] | | the staffing's answer into the plan's own words |
//! | [`check`] | check | a plan into its violations; shares no code with the stages |
//! | [`results`] | | says what may come of a visit, and when that is due |
//! | [`amend`] | | one seat or one day of a drawn plan into another; the rest stays |
//! | [`caps`] | | names entities whose visits pass the year's cap, and why |
//! | [`words`] | | holds the closed vocabularies, English and Chinese |
//! | [`summary`] | | a plan into the figures that a head of office reads |

pub mod amend;
pub mod calendar;
pub mod caps;
pub mod check;
pub mod draws;
pub mod duties;
pub mod eligibility;
pub mod forecast;
pub mod model;
pub mod results;
pub mod scope;
pub mod staffing;
pub mod summary;
pub mod visits;
pub mod words;
