//! Draws, staffs, schedules and proves 双随机、一公开 spot checks.
//!
//! The modules in the order of the flow; each uses only those to its right in
//! `run, verify → publish, files → ledger, plan → lottery`:
//!
//! | module | is |
//! |---|---|
//! | [`lottery`] | the lottery `dr1`, which is `PROTOCOL.md` in code |
//! | [`plan`] | frames, samples, visits, teams and dates, and the checker that trusts none of them |
//! | [`ledger`] | hashes, Merkle roots and the commitment |
//! | [`files`] | tables in, bundles out |
//! | [`publish`] | what people read: workbook, instructions, reports |
//! | [`lang`] | the two languages of what people read |
//! | [`scan`] | samples from very large registries |
//! | [`scenario`] | the calibrated example county, generated |
//! | [`run`] | the order of the stages |
//! | [`ceremony`] | seal, entropy, draw: the steps that the ledger records |
//! | [`verify`] | the way back: a bundle replayed and compared |
//! | [`audit`] | many draws at once: simulated, or over the years |
//!
//! `lottery`, `plan` and `ledger` are pure: they touch no file, clock, environment or terminal.

pub mod audit;
pub mod ceremony;
pub mod files;
pub mod lang;
pub mod ledger;
pub mod lottery;
pub mod plan;
pub mod publish;
pub mod run;
pub mod scan;
pub mod scenario;
pub mod verify;
