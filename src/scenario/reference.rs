//! The reference facts: texts of `data/reference` read into what the generator needs.

use std::collections::BTreeMap;

use crate::both;
use crate::lang::{Say, Text};

/// Holds the texts of the reference tables (`data/reference/*.csv`: UTF-8, comma, one header row).
#[derive(Clone, Copy, Debug)]
pub struct Reference<'a> {
    /// `dengzhou_townships.csv`: codes, names, share of entities.
    pub townships: &'a str,
    /// `dengzhou_township_adjacency.csv`: pairs of neighbours with straight-line kilometres.
    pub adjacency: &'a str,
    /// `member_agencies.csv`: the 30 agencies and 8 alternates.
    pub agencies: &'a str,
    /// `inspection_items.csv`: the items from which 350 are chosen.
    pub items: &'a str,
    /// `calibration.csv`: number of officers per agency.
    pub calibration: &'a str,
}

/// Says why the reference tables could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// A text is no CSV.
    #[error("{table} cannot be read as CSV: {cause}")]
    Csv { table: &'static str, cause: csv::Error },
    /// A table lacks a column.
    #[error("{table} has no column {column}")]
    MissingColumn { table: &'static str, column: &'static str },
    /// A cell does not hold what its column promises.
    #[error("{table}, column {column}: {value:?} is not {}", .expected.en)]
    BadValue { table: &'static str, column: &'static str, value: String, expected: Text },
    /// A table has fewer rows of a sort than the county needs.
    #[error("{table} gives {found} {}, the county needs {needed}", .what.en)]
    TooFew { table: &'static str, what: Text, found: usize, needed: usize },
}

impl Say for ReferenceError {
    fn say(&self) -> Text {
        let zh = match self {
            ReferenceError::Csv { table, cause } => format!("{table} 不能按 CSV 读取（{cause}）"),
            ReferenceError::MissingColumn { table, column } => format!("{table} 没有 {column} 列"),
            ReferenceError::BadValue { table, column, value, expected } => {
                format!("{table} 的 {column} 列：{value:?} 不是{}", expected.zh)
            }
            ReferenceError::TooFew { table, what, found, needed } => {
                format!("{table} 给出{} {found} 个，本县需要 {needed} 个", what.zh)
            }
        };
        Text::of(self, zh)
    }
}

/// One township (乡镇) of the 27.
pub(super) struct Township {
    pub code: String,
    pub name: String,
    /// Codes of the map service's series that no township carries in the statistics' series.
    pub other_codes: Vec<String>,
    pub other_names: Vec<String>,
    pub longitude: String,
    pub latitude: String,
    /// Share of the county's entities, in ten thousandths.
    pub share: u32,
    pub urban: bool,
}

/// One road between neighbouring townships, `from` < `to` (township codes), driving time in minutes.
pub(super) struct Road {
    pub from: String,
    pub to: String,
    pub minutes: u32,
}

/// One agency (部门).
pub(super) struct Agency {
    pub code: String,
    pub name: String,
    pub short_name: String,
    pub lead: bool,
    /// The kind of agency under which the item list knows it.
    pub kind: String,
    /// Officers on the roster, cancelled and expired ones included.
    pub officers: u32,
}

/// One row of the reference's item list, as it stands there.
#[derive(Clone)]
pub(super) struct SourceItem {
    pub kind: String,
    pub topic: String,
    pub name: String,
    pub object: String,
    pub basis: String,
    pub method: String,
    pub level: String,
    pub ratio: String,
    pub frequency: String,
}

/// The reference facts, typed.
pub(super) struct Facts {
    pub townships: Vec<Township>,
    pub roads: Vec<Road>,
    pub agencies: Vec<Agency>,
    pub items: Vec<SourceItem>,
}

/// Names that files and maps still use for a township (OpenStreetMap; status before the change from 乡 to 镇).
const OLD_NAMES: [(&str, &str); 4] =
    [("汲滩镇", "㴔滩镇"), ("夏集镇", "夏集乡"), ("陶营镇", "陶营乡"), ("高集镇", "高集乡")];

impl Facts {
    /// Reads all reference tables.
    ///
    /// # Errors
    /// [`ReferenceError`] if a text is no CSV, lacks a column, or holds a value of another type.
    pub(super) fn read(reference: &Reference) -> Result<Facts, ReferenceError> {
        let townships = townships(reference.townships)?;
        let roads = roads(reference.adjacency, &townships)?;
        Ok(Facts {
            townships,
            roads,
            agencies: agencies(reference.agencies, reference.calibration)?,
            items: items(reference.items)?,
        })
    }
}

fn townships(text: &str) -> Result<Vec<Township>, ReferenceError> {
    let sheet = Sheet::read("townships", text)?;
    let mut townships = Vec::new();
    for row in sheet.rows() {
        if row.text("in_27")? != "1" {
            continue;
        }
        let name = row.text("name")?;
        townships.push(Township {
            code: row.text("code")?,
            other_codes: vec![row.text("code_map_series")?],
            other_names: OLD_NAMES.iter().filter(|(new, _)| *new == name).map(|(_, old)| (*old).to_owned()).collect(),
            longitude: row.text("lon")?,
            latitude: row.text("lat")?,
            share: row.decimal("entity_share_est", 4)?,
            urban: row.text("kind")? == "街道",
            name,
        });
    }
    // The two series number some townships crosswise; a code that names two townships names none.
    let codes: Vec<String> = townships.iter().map(|township| township.code.clone()).collect();
    for township in &mut townships {
        township.other_codes.retain(|code| !codes.contains(code));
    }
    if townships.len() < 27 {
        return Err(ReferenceError::TooFew {
            table: "townships",
            what: both!("townships", "乡镇"),
            found: townships.len(),
            needed: 27,
        });
    }
    Ok(townships)
}

/// Reads the neighbours; a road takes 5 minutes and 1½ minutes a straight-line kilometre, rounded up.
fn roads(text: &str, townships: &[Township]) -> Result<Vec<Road>, ReferenceError> {
    let mut roads = Vec::new();
    for row in Sheet::read("adjacency", text)?.rows() {
        let (one, other) = (row.text("code_a")?, row.text("code_b")?);
        let known = |code: &str| townships.iter().any(|township| township.code == code);
        if known(&one) && known(&other) {
            let tenths = row.decimal("straight_km", 1)?;
            let minutes = 5 + (3 * tenths).div_ceil(20);
            let (from, to) = if one < other { (one, other) } else { (other, one) };
            roads.push(Road { from, to, minutes });
        }
    }
    roads.sort_by(|a, b| (&a.from, &a.to).cmp(&(&b.from, &b.to)));
    Ok(roads)
}

fn agencies(text: &str, calibration: &str) -> Result<Vec<Agency>, ReferenceError> {
    let mut officers = BTreeMap::new();
    for row in Sheet::read("calibration", calibration)?.rows() {
        if let Some(code) = row.text("metric")?.strip_prefix("officers.") {
            officers.insert(code.to_owned(), row.decimal("value", 0)?);
        }
    }
    let mut agencies = Vec::new();
    for row in Sheet::read("agencies", text)?.rows() {
        let role = row.text("role")?;
        if role == "alternate" {
            continue;
        }
        let code = row.text("code")?;
        agencies.push(Agency {
            officers: officers.get(&code).copied().unwrap_or(0),
            name: row.text("name")?,
            short_name: row.text("short_name")?,
            lead: role == "lead",
            kind: row.text("item_agency")?,
            code,
        });
    }
    Ok(agencies)
}

fn items(text: &str) -> Result<Vec<SourceItem>, ReferenceError> {
    let mut items = Vec::new();
    for row in Sheet::read("items", text)?.rows() {
        items.push(SourceItem {
            kind: row.text("agency")?,
            topic: row.text("class")?,
            name: row.text("item")?,
            object: row.text("object")?,
            basis: row.text("basis")?,
            method: row.text("method")?,
            level: row.text("level")?,
            ratio: row.text("ratio")?,
            frequency: row.text("frequency")?,
        });
    }
    Ok(items)
}

/// A table of texts whose cells are found by heading.
struct Sheet {
    table: &'static str,
    headings: Vec<String>,
    records: Vec<csv::StringRecord>,
}

struct Row<'a> {
    sheet: &'a Sheet,
    record: &'a csv::StringRecord,
}

impl Sheet {
    fn read(table: &'static str, text: &str) -> Result<Sheet, ReferenceError> {
        let fault = |cause| ReferenceError::Csv { table, cause };
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let headings = reader.headers().map_err(fault)?.iter().map(str::to_owned).collect();
        let records = reader.records().collect::<Result<_, _>>().map_err(fault)?;
        Ok(Sheet { table, headings, records })
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.records.iter().map(|record| Row { sheet: self, record })
    }
}

impl Row<'_> {
    fn text(&self, column: &'static str) -> Result<String, ReferenceError> {
        let position = self.sheet.headings.iter().position(|heading| heading == column);
        let position = position.ok_or(ReferenceError::MissingColumn { table: self.sheet.table, column })?;
        Ok(self.record[position].to_owned())
    }

    /// Reads a decimal text with at most `places` decimals as a whole number of 10^−places.
    fn decimal(&self, column: &'static str, places: usize) -> Result<u32, ReferenceError> {
        let value = self.text(column)?;
        let (whole, part) = value.split_once('.').unwrap_or((&value, ""));
        let number =
            (part.len() <= places).then(|| format!("{whole}{part:0<places$}")).and_then(|digits| digits.parse().ok());
        number.ok_or_else(|| ReferenceError::BadValue {
            table: self.sheet.table,
            column,
            value: value.clone(),
            expected: both!("a decimal number of the column's precision", "该列精度的小数"),
        })
    }
}
