//! Many draws at once (多次抽取的统计): simulated before the ceremony, or judged over the years (protocol §20).
//!
//! | file | does |
//! |---|---|
//! | [`statistics`] | exact distributions of counts |
//! | [`simulate`] | draws a workspace again and again and counts who comes |
//! | [`simulated`], [`picture`] | tell that in words, tables and pictures |
//! | [`bundles`] | replays the draws of an audit, and says what of them is independent |
//! | [`order`], [`selection`], [`events`], [`people`] | ask one question each |
//! | [`audited`] | puts the answers together |

pub mod audited;
pub mod bundles;
pub mod events;
pub mod order;
pub mod people;
pub mod picture;
pub mod selection;
pub mod simulate;
pub mod simulated;
pub mod statistics;
