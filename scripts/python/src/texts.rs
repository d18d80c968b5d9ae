//! Texts out of the many Arrow types that hold them.

use std::fmt::Write;
use std::sync::Arc;

use arrow_array::builder::LargeStringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, LargeStringArray, downcast_integer_array};
use arrow_schema::DataType;

/// Is what is wrong with the texts of a column; all of it is found before anyone is told.
#[derive(Default)]
pub struct Faults {
    missing: Rows,
    empty: Rows,
    not_utf8: Rows,
}

/// Counts rows and keeps the first, from 0.
#[derive(Default)]
struct Rows {
    count: u64,
    first: u64,
}

impl Rows {
    fn add(&mut self, row: u64) {
        if self.count == 0 {
            self.first = row;
        }
        self.count += 1;
    }
}

impl Faults {
    /// Notes a row whose text is empty.
    pub fn note_empty(&mut self, row: u64) {
        self.empty.add(row);
    }

    /// Tells only of texts that are none; rows without one are the caller's to judge.
    pub fn tell_encoding(self, what: &str) -> Option<String> {
        Faults { not_utf8: self.not_utf8, ..Faults::default() }.tell(what)
    }

    /// Tells all faults, or nothing if there are none.
    pub fn tell(&self, what: &str) -> Option<String> {
        let mut text = String::new();
        let faults = [(&self.missing, "is missing"), (&self.empty, "is empty"), (&self.not_utf8, "is not UTF-8")];
        for (rows, fault) in faults.into_iter().filter(|(rows, _)| rows.count > 0) {
            let separator = if text.is_empty() { "" } else { "\n" };
            let (count, first) = (counted(rows.count, "row"), rows.first);
            write!(text, "{separator}{what} {fault} in {count}, the first is row {first} (from 0)")
                .expect("a string takes all text");
        }
        (!text.is_empty()).then_some(text)
    }
}

/// Says how many of something there are; the plural of the noun is a regular one.
pub fn counted(number: u64, noun: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{end}")
}

/// Calls `found` with each text of a column by its row from 0; `before` rows of the column came in earlier arrays.
///
/// Rows without a text go to `faults` and are handed on as an empty text, so that rows keep their places.
///
/// # Errors
/// A sentence, if the type of the array holds no texts.
#[inline]
pub fn each<'a>(
    array: &'a dyn Array,
    before: u64,
    faults: &mut Faults,
    found: impl FnMut(usize, &'a str),
) -> Result<(), String> {
    /// Goes through an array whose type is known, so that a text costs no call.
    #[inline(always)]
    fn walk<'a>(
        array: &dyn Array,
        before: u64,
        faults: &mut Faults,
        text_of: impl Fn(usize) -> Option<&'a str>,
        mut found: impl FnMut(usize, &'a str),
    ) {
        let nulls = array.logical_nulls();
        for row in 0..array.len() {
            let at = before + row as u64;
            let text = match &nulls {
                Some(nulls) if nulls.is_null(row) => {
                    faults.missing.add(at);
                    found(row, "");
                    continue;
                }
                _ => text_of(row),
            };
            match text {
                None => faults.not_utf8.add(at),
                Some("") => faults.empty.add(at),
                Some(_) => {}
            }
            found(row, text.unwrap_or_default());
        }
    }
    let utf8 = |bytes| std::str::from_utf8(bytes).ok();
    match array.data_type() {
        DataType::Utf8 => {
            let texts = array.as_string::<i32>();
            walk(array, before, faults, |row| Some(texts.value(row)), found);
        }
        DataType::LargeUtf8 => {
            let texts = array.as_string::<i64>();
            walk(array, before, faults, |row| Some(texts.value(row)), found);
        }
        DataType::Utf8View => {
            let texts = array.as_string_view();
            walk(array, before, faults, |row| Some(texts.value(row)), found);
        }
        DataType::Binary => {
            let texts = array.as_binary::<i32>();
            walk(array, before, faults, |row| utf8(texts.value(row)), found);
        }
        DataType::LargeBinary => {
            let texts = array.as_binary::<i64>();
            walk(array, before, faults, |row| utf8(texts.value(row)), found);
        }
        DataType::BinaryView => {
            let texts = array.as_binary_view();
            walk(array, before, faults, |row| utf8(texts.value(row)), found);
        }
        DataType::FixedSizeBinary(_) => {
            let texts = array.as_fixed_size_binary();
            walk(array, before, faults, |row| utf8(texts.value(row)), found);
        }
        DataType::Dictionary(_, _) => {
            let dictionary = array.as_any_dictionary();
            let mut words: Vec<Option<&str>> = vec![None; dictionary.values().len()];
            // A word that no row uses is nobody's fault.
            walk_values(dictionary.values().as_ref(), &mut words)?;
            let keys = dictionary.normalized_keys();
            walk(array, before, faults, |row| words[keys[row]], found);
        }
        DataType::Null => walk(array, before, faults, |_| None, found),
        other => return Err(format!("a column of texts is wanted, and this one has the type {other}")),
    }
    Ok(())
}

/// Puts the texts of a dictionary's values in their places.
fn walk_values<'a>(values: &'a dyn Array, words: &mut [Option<&'a str>]) -> Result<(), String> {
    if matches!(values.data_type(), DataType::Dictionary(_, _)) {
        return Err("a dictionary of dictionaries is no column of texts".to_owned());
    }
    each(values, 0, &mut Faults::default(), &mut |at: usize, word| words[at] = Some(word))
}

/// Writes integers in decimal; other arrays stay what they are.
///
/// # Errors
/// A sentence, if the type of the array holds no texts and no integers.
pub fn readable(array: &ArrayRef) -> Result<ArrayRef, String> {
    downcast_integer_array! {
        array => {
            let texts = array.iter().map(|number| number.map(|number| number.to_string()));
            Ok(Arc::new(texts.collect::<LargeStringArray>()))
        }
        _ if is_text(array.data_type()) => Ok(array.clone()),
        other => Err(format!("a column of texts is wanted, and this one has the type {other}")),
    }
}

fn is_text(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => is_text(values),
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::FixedSizeBinary(_) => true,
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::Null => true,
        _ => false,
    }
}

/// Writes integers in decimal, and a dictionary out, so that its slices do not each carry all of its words.
///
/// # Errors
/// As [`readable`].
pub fn plain(array: &ArrayRef) -> Result<ArrayRef, String> {
    let array = readable(array)?;
    let DataType::Dictionary(_, _) = array.data_type() else {
        return Ok(array);
    };
    let mut texts = LargeStringBuilder::new();
    let nulls = array.logical_nulls();
    each(array.as_ref(), 0, &mut Faults::default(), |row, text| {
        let is_missing = nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
        texts.append_option((!is_missing).then_some(text));
    })?;
    Ok(Arc::new(texts.finish()))
}

/// Takes the one column of a table, or the array itself if it is no table.
///
/// # Errors
/// As [`readable`], or if the table has more columns.
pub fn column(array: ArrayRef) -> Result<ArrayRef, String> {
    match array.data_type() {
        DataType::Struct(fields) if fields.len() == 1 => readable(array.as_struct().column(0)),
        DataType::Struct(fields) => Err(format!("one column of ids is wanted, and this table has {}", fields.len())),
        _ => readable(&array),
    }
}
