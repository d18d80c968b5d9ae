//! Tickets: one block per id, of ChaCha20 (protocol §4) or in the suite `dr1-gm` of SM4 (§19).

use std::fmt;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::chacha::Kernel;
use super::sm4::Cipher;
use super::{Iv, Key, Suite};

/// Holds an entity's or officer's number in one draw (抽签号): the first 16 bytes of its block; smaller wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(u128);

/// Holds the eight big-endian words of one block, which an urn draw compares ball by ball.
pub type Words = [u64; 8];

impl Ticket {
    /// Is the ticket behind which none stands.
    pub const MAX: Ticket = Ticket(u128::MAX);

    /// Joins words 0 to 3 of a state, which the RFC serialises little-endian.
    #[inline(always)]
    pub(super) fn of_words(words: [u32; 4]) -> Ticket {
        Ticket(words.iter().fold(0, |joined, word| joined << 32 | u128::from(word.swap_bytes())))
    }

    /// Joins the two halves of a ticket.
    #[inline(always)]
    pub fn of_halves(first: u64, second: u64) -> Ticket {
        Ticket(u128::from(first) << 64 | u128::from(second))
    }

    /// Takes a ticket from its number, as a partial result keeps it.
    pub fn from_value(value: u128) -> Ticket {
        Ticket(value)
    }

    /// Returns the ticket as a number; numeric order is the order of the printed hex digits.
    pub fn value(self) -> u128 {
        self.0
    }

    /// Takes the 32 hex digits that a bundle prints, or `None` for anything else.
    pub fn parse(text: &str) -> Option<Ticket> {
        let canonical = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        canonical.then(|| u128::from_str_radix(text, 16).ok().map(Ticket))?
    }
}

impl Key {
    /// Computes the ticket that `iv` holds under this key.
    ///
    /// ```
    /// use fairdraw::lottery::{Iv, Key, Suite};
    /// let key = Key::from_bytes(Suite::Dr1, std::array::from_fn(|i| i as u8)); // 00 01 .. 1f
    /// let ticket = key.ticket(Iv::of(Suite::Dr1, "910000000000791933"));
    /// assert_eq!(ticket.to_string(), "c69e1513ccd77674fb7e37d2bb2ec443");
    /// ```
    pub fn ticket(&self, iv: Iv) -> Ticket {
        ticket_of(&self.words(iv))
    }

    /// Computes the tickets of many IVs, in their order, with the widest vectors that the machine has.
    ///
    /// ```
    /// use fairdraw::lottery::{Iv, Key, Suite};
    /// let key = Key::from_bytes(Suite::Dr1, [7; 32]);
    /// let ivs = ["910000000000791933", "沪A-个体0001"].map(|id| Iv::of(Suite::Dr1, id));
    /// assert_eq!(key.tickets(&ivs), ivs.map(|iv| key.ticket(iv)));
    /// ```
    pub fn tickets(&self, ivs: &[Iv]) -> Vec<Ticket> {
        let mut tickets = vec![Ticket(0); ivs.len()];
        Kernel::best().tickets(self, ivs, &mut tickets);
        tickets
    }

    /// Computes the whole block of `iv` as eight words; word 0 and 1 are the ticket.
    pub fn words(&self, iv: Iv) -> Words {
        let block = match self.suite() {
            Suite::Dr1 => self.chacha_block(iv),
            Suite::Dr1Gm => Cipher::new(self).block(iv),
        };
        std::array::from_fn(|i| u64::from_be_bytes(block[8 * i..8 * i + 8].try_into().expect("8 bytes a word")))
    }

    fn chacha_block(&self, iv: Iv) -> [u8; 64] {
        let (low, high) = iv.bytes().split_at(8);
        let number = |half: &[u8]| u64::from_le_bytes(half.try_into().expect("an IV has two halves of 8 bytes"));
        let mut stream = ChaCha20Rng::from_seed(*self.bytes());
        stream.set_stream(number(high));
        // Positions count 32-bit words; a block has 16 of them.
        stream.set_word_pos(u128::from(number(low)) << 4);
        let mut block = [0u8; 64];
        stream.fill_bytes(&mut block);
        block
    }
}

/// Joins the first two words of a block to the ticket.
pub(super) fn ticket_of(words: &Words) -> Ticket {
    Ticket(u128::from(words[0]) << 64 | u128::from(words[1]))
}

impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ticket({self})")
    }
}
