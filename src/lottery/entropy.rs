//! The entropy record `entropy.txt` (protocol §2).

use thiserror::Error;

use super::Suite;

/// Holds an entropy record whose lines stand in the protocol's order; its bytes are what the keys are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entropy {
    text: String,
    lines: Vec<Line>,
}

/// Is one line of the record after the heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// A seed that someone chose: the plain mode, shown as "unwitnessed" wherever it appears.
    Seed(String),
    /// Dice rolled in the room, in the order they fell: 2 to 9 sides with the digits from 1, or 10 sides with 0 to 9.
    Dice { sides: u8, digits: String },
    /// A sealed value by its number from 1 and its bytes in lower-case hex.
    Sealed { number: u32, hex: String },
    /// A public beacon: source, issue or round, value.
    Beacon { source: String, issue: String, value: String },
}

/// Says why a text is no entropy record; `line` counts from 1.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum EntropyError {
    #[error("entropy record does not start with the line `dr1 entropy v1`")]
    Heading,
    #[error("entropy record is not ASCII text whose every line ends with one line feed")]
    Bytes,
    #[error("line {line} of the entropy record is not a known form: {found:?}")]
    Form { line: u32, found: String },
    #[error("line {line} of the entropy record is out of order: seed, dice, sealed, beacon")]
    Order { line: u32 },
    #[error("entropy record holds no entropy")]
    Empty,
    #[error("seed {0:?} is not 1 to 128 printable ASCII characters without a blank at either end")]
    Seed(String),
}

const HEADING: &str = "dr1 entropy v1\n";

impl Entropy {
    /// Makes the record of the plain mode from a seed that someone types.
    ///
    /// # Errors
    /// [`EntropyError::Seed`] if the seed is not 1 to 128 printable ASCII characters, or has a blank at either end.
    pub fn from_seed(seed: &str) -> Result<Entropy, EntropyError> {
        if !is_seed(seed) {
            return Err(EntropyError::Seed(seed.to_owned()));
        }
        Ok(Entropy { text: format!("{HEADING}seed {seed}\n"), lines: vec![Line::Seed(seed.to_owned())] })
    }

    /// Reads a record byte for byte; nothing is trimmed or repaired, because every byte decides the keys.
    ///
    /// # Errors
    /// Any [`EntropyError`], for the first line at fault.
    pub fn parse(bytes: &[u8]) -> Result<Entropy, EntropyError> {
        if !bytes.starts_with(HEADING.as_bytes()) {
            return Err(EntropyError::Heading);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| EntropyError::Bytes)?;
        if !text.bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)) || !text.ends_with('\n') {
            return Err(EntropyError::Bytes);
        }
        let mut lines: Vec<Line> = Vec::new();
        for (at, found) in text[HEADING.len()..].split_terminator('\n').enumerate() {
            let line = at as u32 + 2;
            let parsed = Line::parse(found).ok_or_else(|| EntropyError::Form { line, found: found.to_owned() })?;
            let sealed_before = lines.iter().filter(|l| matches!(l, Line::Sealed { .. })).count() as u32;
            let in_order = match (&parsed, lines.last()) {
                (Line::Seed(_), Some(_)) => false,
                (Line::Sealed { number, .. }, _) if *number != sealed_before + 1 => false,
                (now, Some(before)) => before.place() <= now.place(),
                (_, None) => true,
            };
            if !in_order {
                return Err(EntropyError::Order { line });
            }
            lines.push(parsed);
        }
        if lines.is_empty() {
            return Err(EntropyError::Empty);
        }
        Ok(Entropy { text: text.to_owned(), lines })
    }

    /// Returns the bytes of `entropy.txt`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns the lines after the heading.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Tells whether anything but a seed that one person could choose stands in the record.
    pub fn is_witnessed(&self) -> bool {
        self.lines.iter().any(|line| !matches!(line, Line::Seed(_)))
    }

    /// Computes the code that is lodged outside before a beacon falls: the suite's hash up to the first beacon line, in
    /// hex.
    pub fn pre_beacon_code(&self, suite: Suite) -> String {
        let end = self.text.find("\nbeacon ").map_or(self.text.len(), |at| at + 1);
        suite.hash(&[&self.text.as_bytes()[..end]]).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Line {
    fn parse(line: &str) -> Option<Line> {
        let (word, rest) = line.split_once(' ')?;
        let mut words = rest.split(' ');
        let parsed = match word {
            "seed" => return is_seed(rest).then(|| Line::Seed(rest.to_owned())),
            "dice" => {
                let sides: u8 = words.next().filter(|s| !s.starts_with(['0', '+']))?.parse().ok()?;
                let digits = words.next()?;
                let range = match sides {
                    2..=9 => b'1'..=b'0' + sides,
                    10 => b'0'..=b'9',
                    _ => return None,
                };
                let fits = digits.bytes().all(|b| range.contains(&b));
                (fits && !digits.is_empty()).then(|| Line::Dice { sides, digits: digits.to_owned() })?
            }
            "sealed" => {
                let number = words.next().filter(|n| !n.starts_with(['0', '+']))?.parse().ok()?;
                let hex = words.next()?;
                let fits = hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                (fits && !hex.is_empty() && hex.len() % 2 == 0).then(|| Line::Sealed { number, hex: hex.to_owned() })?
            }
            "beacon" => {
                let mut word = || words.next().filter(|w| !w.is_empty()).map(str::to_owned);
                Line::Beacon { source: word()?, issue: word()?, value: word()? }
            }
            _ => return None,
        };
        words.next().is_none().then_some(parsed)
    }

    fn place(&self) -> u8 {
        match self {
            Line::Seed(_) => 0,
            Line::Dice { .. } => 1,
            Line::Sealed { .. } => 2,
            Line::Beacon { .. } => 3,
        }
    }
}

fn is_seed(seed: &str) -> bool {
    (1..=128).contains(&seed.len())
        && seed.bytes().all(|b| (b' '..=b'~').contains(&b))
        && !seed.starts_with(' ')
        && !seed.ends_with(' ')
}
