//! The tickets of a column of ids.

use arrow_array::{Array, FixedSizeBinaryArray};
use arrow_buffer::MutableBuffer;

use crate::arrow::Arrays;
use crate::lottery::{Iv, Kernel, Key, Ticket};
use crate::texts::{self, Faults};

/// Ids whose IVs and tickets lie in the processor's nearest cache at once.
const BATCH: usize = 1_024;

/// Computes the tickets of all ids in their order, 16 bytes each.
///
/// # Errors
/// A text that tells of all rows without an id, or of a type that holds no texts.
pub fn of(ids: Arrays, key: &Key) -> Result<FixedSizeBinaryArray, String> {
    let mut bytes = MutableBuffer::new(0);
    let mut faults = Faults::default();
    let mut before = 0;
    for ids in ids {
        let ids = texts::column(ids?)?;
        bytes.reserve(ids.len() * 16);
        let mut batch = Batch::new(key);
        let mut printed = [[0; 16]; BATCH];
        let mut write = |_: &[&str], _: &[Iv], tickets: &[Ticket]| {
            for (printed, ticket) in printed.iter_mut().zip(tickets) {
                *printed = ticket.value().to_be_bytes();
            }
            bytes.extend_from_slice(printed[..tickets.len()].as_flattened());
        };
        texts::each(ids.as_ref(), before, &mut faults, |_, id| batch.push(id, &mut write))?;
        batch.finish(&mut write);
        before += ids.len() as u64;
    }
    match faults.tell("the id") {
        Some(faults) => Err(faults),
        None => FixedSizeBinaryArray::try_new(16, bytes.into(), None).map_err(|error| error.to_string()),
    }
}

/// Gathers ids until the kernel can take many at once.
pub struct Batch<'a> {
    key: &'a Key,
    kernel: Kernel,
    ids: Vec<&'a str>,
    ivs: Vec<Iv>,
    tickets: Vec<Ticket>,
}

impl<'a> Batch<'a> {
    pub fn new(key: &'a Key) -> Batch<'a> {
        let tickets = vec![Ticket::MAX; BATCH];
        let (ids, ivs) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
        Batch { key, kernel: Kernel::best(), ids, ivs, tickets }
    }

    /// Takes an id, and calls `full` with ids, IVs and tickets of the batch if it has become full.
    #[inline]
    pub fn push(&mut self, id: &'a str, full: impl FnMut(&[&'a str], &[Iv], &[Ticket])) {
        self.ids.push(id);
        if self.ids.len() == BATCH {
            self.finish(full);
        }
    }

    /// Calls `rest` with those that came since the last full batch.
    pub fn finish(&mut self, mut rest: impl FnMut(&[&'a str], &[Iv], &[Ticket])) {
        self.ivs.clear();
        self.ivs.extend(self.ids.iter().map(|id| Iv::of(self.key.suite(), id)));
        let tickets = &mut self.tickets[..self.ids.len()];
        self.kernel.tickets(self.key, &self.ivs, tickets);
        rest(&self.ids, &self.ivs, tickets);
        self.ids.clear();
    }
}
