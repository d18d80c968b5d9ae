//! Rates and sample sizes in exact arithmetic (protocol §5).

use std::fmt;

/// Says how many of a stratum are drawn (抽查比例): an exact fraction of its population, or a count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rate {
    /// A fraction `part / whole` with 0 < part ≤ whole; `3%` is 3 / 100, `2‰` 2 / 1000, `1:10` 1 / 10, `2.5%` 25 / 1000.
    Share { part: u32, whole: u32 },
    /// A number of entities, at least 0; `20户`.
    Count(u32),
}

/// Says how a fraction of a population becomes a whole number; the plan chooses, `Up` if it says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Never fewer than the rate asks for ("不低于").
    #[default]
    Up,
    /// To the nearest whole number, halves up.
    Nearest,
    /// Down, but one where the population is not empty.
    #[serde(rename = "floor_min_1")]
    FloorMin1,
}

impl Rate {
    /// Computes the sample size for a population, before it is cut to the population itself.
    ///
    /// ```
    /// use fairdraw::lottery::{Rate, Rounding};
    /// let two_per_cent = Rate::Share { part: 2, whole: 100 };
    /// assert_eq!(two_per_cent.of(101, Rounding::Up), 3);
    /// assert_eq!(two_per_cent.of(101, Rounding::Nearest), 2);
    /// assert_eq!(two_per_cent.of(9, Rounding::FloorMin1), 1);
    /// ```
    pub fn of(self, population: u32, rounding: Rounding) -> u32 {
        let (part, whole) = match self {
            Rate::Count(count) => return count,
            Rate::Share { part, whole } => (u128::from(part), u128::from(whole)),
        };
        let product = u128::from(population) * part;
        let size = match rounding {
            Rounding::Up => product.div_ceil(whole),
            Rounding::Nearest => (2 * product + whole) / (2 * whole),
            Rounding::FloorMin1 => (product / whole).max(u128::from(population > 0)),
        };
        u32::try_from(size).expect("a share of a population is not larger than it")
    }
}

impl fmt::Display for Rate {
    /// Writes the canonical wording, which reads back to the same rate.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Rate::Share { part, whole: 100 } => write!(f, "{part}%"),
            Rate::Share { part, whole: 1000 } => write!(f, "{part}‰"),
            Rate::Share { part, whole } => write!(f, "{part}/{whole}"),
            Rate::Count(count) => write!(f, "{count}户"),
        }
    }
}
