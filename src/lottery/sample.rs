//! Samples: the smallest tickets of a stratum, its reserve and its cut-off (protocol §6).

use super::{Iv, Key, Ticket, Words, tickets::ticket_of};

/// Is one entity of a stratum as the draw sees it; `at` is whatever number the caller knows it by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub at: u32,
    pub iv: Iv,
    /// Urn balls, 1 to 8: the integer form of a weight.
    pub balls: u8,
    /// Whether the entity stands behind all others, because an earlier task of the group has drawn it (`spread`).
    pub behind: bool,
}

/// Is the place of an entity in the order of its stratum: ascending by all four fields, in this sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub behind: bool,
    /// The smallest of the first `balls` words of the block; with one ball the ticket's own first half.
    pub smallest: u64,
    pub ticket: Ticket,
    pub iv: Iv,
}

/// Is one drawn entity: its caller's number and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pick {
    pub at: u32,
    pub place: Place,
}

/// Holds what a stratum's draw gives, by rank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// The sample, rank 1 first.
    pub drawn: Vec<Pick>,
    /// The reserve (备选) in the order in which it steps in; its ranks go on after the sample's.
    pub reserve: Vec<Pick>,
}

impl Sample {
    /// Returns the last place that was drawn (中签线), or `None` where nothing was.
    pub fn cutoff(&self) -> Option<Place> {
        self.drawn.last().map(|pick| pick.place)
    }
}

impl Place {
    /// Computes where an entry stands under a key.
    pub fn of(key: &Key, entry: &Entry) -> Place {
        match entry.balls {
            0 | 1 => Place::with_one_ball(entry, key.ticket(entry.iv)),
            _ => Place::with_balls(key, entry),
        }
    }

    /// Places an entry whose first word alone counts: the ticket's own first half.
    fn with_one_ball(entry: &Entry, ticket: Ticket) -> Place {
        Place { behind: entry.behind, smallest: (ticket.value() >> 64) as u64, ticket, iv: entry.iv }
    }

    fn with_balls(key: &Key, entry: &Entry) -> Place {
        let words: Words = key.words(entry.iv);
        let balls = usize::from(entry.balls.clamp(1, 8));
        let smallest = words[..balls].iter().copied().min().expect("an entry has at least one ball");
        Place { behind: entry.behind, smallest, ticket: ticket_of(&words), iv: entry.iv }
    }
}

/// Draws the `n` entries with the smallest places and `reserve` more behind them (不放回抽取).
///
/// Bottom-k by ticket; Ohlsson 1995, sequential simple random sampling; balls are the integer form of Efraimidis
/// and Spirakis 2006. `frame` may come in any order, no two IVs alike. A draw of `n` is a prefix of a draw of
/// `n + 1`; where the frame is shorter than `n`, all of it is drawn.
pub fn draw(key: &Key, frame: &[Entry], n: u32, reserve: u32) -> Sample {
    let ivs: Vec<Iv> = frame.iter().map(|entry| entry.iv).collect();
    let place = |(entry, ticket): (&Entry, Ticket)| {
        let place = if entry.balls > 1 { Place::with_balls(key, entry) } else { Place::with_one_ball(entry, ticket) };
        Pick { at: entry.at, place }
    };
    let mut picks: Vec<Pick> = frame.iter().zip(key.tickets(&ivs)).map(place).collect();
    let wanted = usize::try_from(u64::from(n) + u64::from(reserve)).map_or(picks.len(), |w| w.min(picks.len()));
    if wanted == 0 {
        return Sample::default();
    }
    if wanted < picks.len() {
        picks.select_nth_unstable_by_key(wanted - 1, |pick| pick.place);
        picks.truncate(wanted);
    }
    picks.sort_unstable_by_key(|pick| pick.place);
    let rest = picks.split_off(picks.len().min(n as usize));
    Sample { drawn: picks, reserve: rest }
}
