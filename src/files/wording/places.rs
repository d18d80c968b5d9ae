//! Names of townships as offices write them: with the county before, the office's ending behind, the rank before the
//! last reform, or an old character.

use super::cells::plain;

/// Characters that maps and old tables have for those of today's names.
const OLD_CHARACTERS: [(char, char); 1] = [('㴔', '汲')];

/// Returns what two spellings of one township have in common: `汲滩` of `㴔滩乡`, `古城` of `古城街道办事处`.
pub fn core(name: &str) -> String {
    let today = |c: char| OLD_CHARACTERS.iter().find(|(old, _)| *old == c).map_or(c, |(_, today)| *today);
    let text: String = plain(name).chars().filter(|c| !c.is_whitespace()).map(today).collect();
    let endings = ["人民政府", "街道办事处", "办事处", "党政办", "管理委员会", "管委会"];
    let text = endings.iter().find_map(|end| text.strip_suffix(end)).unwrap_or(&text);
    let ranks = ["街道办", "街道", "镇", "乡"];
    let core = ranks.iter().find_map(|rank| text.strip_suffix(rank)).unwrap_or(text);
    // A name of one character would be found in too many.
    if core.chars().count() >= 2 { core.to_owned() } else { text.to_owned() }
}

/// Takes province, city and county off a name: `古城街道` of `河南省邓州市古城街道`.
pub fn without_county(name: &str) -> Option<String> {
    let text = plain(name);
    let (end, mark) = text.char_indices().rfind(|(_, c)| ['省', '市', '县'].contains(c))?;
    let rest = &text[end + mark.len_utf8()..];
    (rest.chars().count() >= 2).then(|| rest.to_owned())
}

/// Shortens a statistical code of 12 digits that ends in the township to its 9 digits.
pub fn short_code(mention: &str) -> Option<String> {
    let text = plain(mention);
    let text = text.strip_suffix(".0").unwrap_or(&text);
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    match text.len() {
        12 if digits && text.ends_with("000") => Some(text[..9].to_owned()),
        9 if digits => Some(text.to_owned()),
        _ => None,
    }
}
