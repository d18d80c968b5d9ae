//! The tickets of a column of ids.

use arrow_array::cast::AsArray;
use arrow_array::{Array, FixedSizeBinaryArray};
use arrow_buffer::MutableBuffer;
use arrow_schema::DataType;

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
    let mut printed = [[0; 16]; BATCH];
    for ids in ids {
        let ids = texts::column(ids?)?;
        // At once, because growing by doubling would copy everything again and again.
        bytes.reserve(ids.len() * 16);
        let mut write = |_: &[&str], _: &[Iv], tickets: &[Ticket]| {
            for (printed, ticket) in printed.iter_mut().zip(tickets) {
                *printed = ticket.value().to_be_bytes();
            }
            bytes.extend_from_slice(printed[..tickets.len()].as_flattened());
        };
        let mut batch = Batch::new(key);
        let array = ids.as_ref();
        let is_whole = array.logical_null_count() == 0;
        match array.data_type() {
            DataType::Utf8 if is_whole => {
                let texts = array.as_string::<i32>();
                batch.all(texts.len(), |row| texts.value(row), before, &mut faults, &mut write);
            }
            DataType::LargeUtf8 if is_whole => {
                let texts = array.as_string::<i64>();
                batch.all(texts.len(), |row| texts.value(row), before, &mut faults, &mut write);
            }
            DataType::Utf8View if is_whole => {
                let texts = array.as_string_view();
                batch.all(texts.len(), |row| texts.value(row), before, &mut faults, &mut write);
            }
            _ => {
                texts::each(array, before, &mut faults, |_, id| batch.push(id, &mut write))?;
                batch.finish(&mut write);
            }
        }
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

    /// Takes all ids of an array that lacks none, from where they lie, and calls `full` with the IVs and tickets of each
    /// batch; empty ids go to `faults`.
    fn all<'b>(
        &mut self,
        count: usize,
        id: impl Fn(usize) -> &'b str,
        before: u64,
        faults: &mut Faults,
        mut full: impl FnMut(&[&'b str], &[Iv], &[Ticket]),
    ) {
        for start in (0..count).step_by(BATCH) {
            let rows = start..count.min(start + BATCH);
            for row in rows.clone().filter(|&row| id(row).is_empty()) {
                faults.note_empty(before + row as u64);
            }
            self.ivs.clear();
            self.kernel.ivs(self.key.suite(), rows.map(|row| id(row).as_bytes()), &mut self.ivs);
            let tickets = &mut self.tickets[..self.ivs.len()];
            self.kernel.tickets(self.key, &self.ivs, tickets);
            full(&[], &self.ivs, tickets);
        }
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
        self.kernel.ivs(self.key.suite(), self.ids.iter().map(|id| id.as_bytes()), &mut self.ivs);
        let tickets = &mut self.tickets[..self.ids.len()];
        self.kernel.tickets(self.key, &self.ivs, tickets);
        rest(&self.ids, &self.ivs, tickets);
        self.ids.clear();
    }
}
