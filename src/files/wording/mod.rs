//! The wording of one cell, as offices write it: typed, or refused with a remedy, and never guessed.
//!
//! | file | does |
//! |---|---|
//! | [`cells`] | reads dates, spans, lists, ids, rates |
//! | [`uscc`] | tells the kinds of ids and verifies their check characters |
//! | [`ratio`], [`frequency`] | type the wording of ratios and frequencies |
//! | [`places`], [`industry`] | read townships and industries |
//! | [`quiet`] | reads quiet days and opening seasons |

pub mod cells;
pub mod frequency;
pub mod industry;
pub mod places;
pub mod quiet;
pub mod ratio;
pub mod uscc;
