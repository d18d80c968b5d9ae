//! Signatures in the form in which devices give them: DER of two numbers, to the 64 bytes that a note holds (§18).

/// Reads `SEQUENCE { INTEGER r, INTEGER s }` as two numbers of 32 bytes; `None` for anything else.
pub fn raw_of(der: &[u8]) -> Option<Vec<u8>> {
    let (body, rest) = field(der, 0x30)?;
    let (r, after) = field(body, 0x02)?;
    let (s, end) = field(after, 0x02)?;
    if !rest.is_empty() || !end.is_empty() {
        return None;
    }
    let mut raw = Vec::with_capacity(64);
    for number in [r, s] {
        // A number whose first bit is set stands behind a zero byte.
        let number = number.strip_prefix(&[0]).unwrap_or(number);
        let zeros = 32usize.checked_sub(number.len())?;
        raw.extend(std::iter::repeat_n(0, zeros));
        raw.extend(number);
    }
    Some(raw)
}

/// Parts one short field with this tag from what follows.
fn field(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<2>()?;
    (head[0] == tag && head[1] < 0x80).then(|| rest.split_at_checked(usize::from(head[1])))?
}
