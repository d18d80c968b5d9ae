//! Entities (检查对象名录库): from tables into the model.

use crate::both;
use crate::files::faults::{Faults, Place};
use crate::files::tables::fields::{date, mention, quiet_days, seasons, sorted, word};
use crate::files::tables::header::Origin;
use crate::files::tables::index::Index;
use crate::files::tables::table::{Field, Table};
use crate::files::wording::cells::{self, DayOf};
use crate::files::wording::industry;
use crate::files::wording::uscc::{self, Doubt, Kind};
use crate::lottery::{Iv, Suite};
use crate::plan::model::{Class, Entity, EntityKind, Flag, Half, Status, TownshipNo, WithoutId};
use crate::plan::words::Word;

/// Is what `plan.toml` decides about entities without a code.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    pub without_id: WithoutId,
    /// Why they are left out, in the office's words.
    pub reason: String,
    /// Heading of the column whose value stands for an id that is not there.
    pub fallback_id: Option<String>,
}

/// Reads the entities (检查对象名录库): those with an id, by it, and those without.
pub fn entities(
    tables: &[Table],
    townships: &Index,
    decision: &Decision,
    suite: Suite,
    faults: &mut Faults,
) -> (Vec<Entity>, Vec<Entity>) {
    let mut rows: Vec<(Entity, Spot)> = Vec::new();
    let mut codeless = Vec::new();
    for (no, table) in (0u32..).zip(tables) {
        let mut fallback_origin = Origin::Missing;
        let fallback = decision.fallback_id.as_deref();
        let fallback = fallback.and_then(|told| table.field_named(told, &mut fallback_origin));
        let [id, name, kind, industry, township, address] =
            ["id", "name", "kind", "industry", "township", "address"].map(|name| table.field(name));
        let [class, status, tags, flags, quiet, registered, season, hours] =
            ["class", "status", "tags", "flags", "quiet", "registered", "season", "hours"]
                .map(|name| table.field(name));
        for row in 0..table.len() {
            let id = match fallback {
                Some(fallback) if id.text(row).is_empty() && !fallback.text(row).is_empty() => {
                    let cause = both!(
                        "there is no code, so the fallback column gives the id",
                        "没有代码，改用指定的备用列作为号码"
                    );
                    faults.note(
                        "id-from-fallback",
                        fallback.place(row),
                        fallback.text(row),
                        cause,
                        both!("nothing; plan.toml decides so", "无须处理；plan.toml 已作此决定"),
                    );
                    fallback
                }
                _ => id,
            };
            let canonical = entity_id(id, row, faults);
            let remedy = both!("write a code or name of the townships table", "填写乡镇表中的代码或名称");
            let township_no =
                mention(townships, township.text(row), "unknown-township", (township, row), &remedy, faults);
            let entity = Entity {
                id: canonical,
                name: name_of(name, row, faults),
                kind: kind_of(kind, row, faults),
                industry: industry_code(industry, row, faults),
                township: TownshipNo(township_no.unwrap_or(0)),
                address: address.line(row).into_owned(),
                class: class_of(class, row, faults),
                status: status_of(status, row, faults),
                tags: sorted(tags.text(row)),
                flags: flags_of(flags, row, faults),
                quiet: quiet_days(quiet, row, faults),
                registered: date(registered, row, DayOf::First, faults),
                season: seasons(season, row, faults),
                hours: hours_of(hours, row, faults),
            };
            if entity.id.is_empty() {
                if decision.without_id == WithoutId::Refuse {
                    let cause = both!("{} has no code of any kind", "“{}”没有任何代码", entity.name);
                    let remedy = both!(
                        "add the code, or decide under [registry] in plan.toml: `without_id = \"leave_out\"` (such rows are then listed as excluded), or `fallback_id` with the heading of another column",
                        "补上代码；或在 plan.toml 的 [registry] 中决定：`without_id = \"leave_out\"`（这些行将列为不纳入），或用 `fallback_id` 指定另一列的表头"
                    );
                    faults.error("no-id", id.place(row), "", cause, remedy);
                } else if !decision.reason.is_empty() {
                    let cause = both!(
                        "left out of every frame, for this reason: {}",
                        "不纳入任何抽样框，理由：{}",
                        decision.reason
                    );
                    faults.note(
                        "left-out",
                        id.place(row),
                        "",
                        cause,
                        both!("nothing; plan.toml decides so", "无须处理；plan.toml 已作此决定"),
                    );
                }
                codeless.push(entity);
            } else {
                rows.push((entity, (no, row as u32)));
            }
        }
    }
    rows.sort_by(|(a, here), (b, there)| (&a.id, here).cmp(&(&b.id, there)));
    let place = |(no, row): Spot| tables[no as usize].field("id").place(row as usize);
    for pair in rows.windows(2) {
        let [(first, first_spot), (second, spot)] = pair else {
            continue;
        };
        if first.id == second.id {
            let cause = both!("this id stands in {} already", "该号码已出现在 {}", place(*first_spot));
            faults.error(
                "duplicate-id",
                place(*spot),
                &second.id,
                cause,
                both!("keep one of the two rows", "两行中只留一行"),
            );
        }
    }
    report_same_iv(suite, &rows, place, faults);
    codeless.sort();
    (rows.into_iter().map(|(entity, _)| entity).collect(), codeless)
}

/// Is where an entity stands: its table and the row in it.
type Spot = (u32, u32);

/// Reads the id of an entity; reports `id-made-canonical`, `id-check` and `id-rounded`.
pub fn entity_id(field: Field<'_>, row: usize, faults: &mut Faults) -> String {
    let text = field.text(row);
    let canonical = cells::id_cell(text);
    if cells::is_rounded(text) {
        let cause = both!(
            "the spreadsheet has kept this code as a number and lost its last digits",
            "电子表格把该代码当作数字保存，末几位已经丢失"
        );
        let remedy = both!(
            "format the column as text and enter the codes again, or export the table again",
            "把该列设为文本格式后重新录入，或重新导出"
        );
        faults.error("id-rounded", field.place(row), text, cause, remedy);
    } else if canonical != text {
        let cause = both!("the id is read as {canonical}", "号码读作 {canonical}");
        faults.warning(
            "id-made-canonical",
            field.place(row),
            text,
            cause,
            both!("nothing, if that is right", "若无误，无须处理"),
        );
    }
    let (kind, doubt) = uscc::look(&canonical);
    if let Some(doubt) = doubt {
        let cause = match (doubt, kind) {
            (Doubt::Check { expected }, Kind::Registration) => {
                both!(
                    "the check digit of the registration number does not fit; {expected} would (ISO 7064)",
                    "注册号校验位不符，应为 {expected}（ISO 7064）"
                )
            }
            (Doubt::Check { expected }, _) => {
                both!(
                    "the last character of the code does not fit; {expected} would (GB 32100)",
                    "代码末位校验码不符，应为 {expected}（GB 32100）"
                )
            }
            (Doubt::OrganisationCheck { expected }, _) => {
                both!(
                    "the 17th character of the code does not fit; {expected} would (GB 11714)",
                    "代码第 17 位校验码不符，应为 {expected}（GB 11714）"
                )
            }
            (Doubt::Letter { at, letter }, _) => {
                both!(
                    "character {at} of the code is {letter}, which these codes do not have (GB 32100)",
                    "代码第 {at} 位是 {letter}，此类代码不用该字母（GB 32100）"
                )
            }
            (Doubt::Length(length), _) => both!(
                "the code begins like one of 18 characters and has {length}",
                "代码开头像 18 位代码，实有 {length} 位"
            ),
        };
        let remedy = both!("compare with the licence; the id is used as it stands", "请与营业执照核对；号码按原样使用");
        faults.warning("id-check", field.place(row), text, cause, remedy);
    }
    canonical.into_owned()
}

/// Reads a name in one line; reports `no-name` and `line-break`.
fn name_of(field: Field<'_>, row: usize, faults: &mut Faults) -> String {
    let line = field.line(row);
    if line.is_empty() {
        let cause = both!("the entity has no name", "该对象没有名称");
        faults.warning(
            "no-name",
            field.place(row),
            "",
            cause,
            both!("add the name; the notice would have none", "补上名称，否则通知书上没有名称"),
        );
    } else if line != field.text(row) {
        let cause = both!("a line break inside the name was taken out", "名称中的换行已去掉");
        faults.note(
            "line-break",
            field.place(row),
            &line,
            cause,
            both!("nothing, if that is right", "若无误，无须处理"),
        );
    }
    line.into_owned()
}

/// Reads the kind of an entity, also from the many types of the registers, such as 有限责任公司(自然人独资).
pub fn kind_of(field: Field<'_>, row: usize, faults: &mut Faults) -> EntityKind {
    let text = field.text(row);
    if text.is_empty() {
        return EntityKind::Other;
    }
    if let Some(kind) = EntityKind::from_word(text) {
        return kind;
    }
    // In this order, because 民办非企业单位 and 个体工商户 would else be read by a part of their name.
    let marks: [(EntityKind, &[&str]); 4] = [
        (EntityKind::Individual, &["个体"]),
        (EntityKind::Cooperative, &["合作社", "合作联社"]),
        (EntityKind::Institution, &["事业单位", "民办非企业", "社会团体", "社会组织", "基金会", "机关"]),
        (EntityKind::Enterprise, &["公司", "企业", "合伙", "独资", "全民所有制", "集体所有制", "外国投资者", "股份"]),
    ];
    let found = marks.iter().find(|(_, marks)| marks.iter().any(|mark| text.contains(mark))).map(|(kind, _)| *kind);
    read_as(found, field, row, faults).unwrap_or_else(|| word(field, row, EntityKind::Other, faults))
}

/// Reads the standing of an entity, also in the words of the registers, such as 存续（在营、开业、在册）.
pub fn status_of(field: Field<'_>, row: usize, faults: &mut Faults) -> Status {
    let text = field.text(row);
    if text.is_empty() {
        return Status::Active;
    }
    if let Some(status) = Status::from_word(text) {
        return status;
    }
    let marks: [(Status, &[&str]); 4] = [
        (Status::Revoked, &["吊销", "撤销", "责令关闭"]),
        (Status::Deregistered, &["注销", "已注销", "歇业"]),
        (Status::Moved, &["迁出", "已迁出", "迁往"]),
        (Status::Active, &["存续", "在业", "在营", "开业", "在册", "正常", "登记成立", "确立"]),
    ];
    let found = marks.iter().find(|(_, marks)| marks.iter().any(|mark| text.starts_with(mark)));
    read_as(found.map(|(status, _)| *status), field, row, faults)
        .unwrap_or_else(|| word(field, row, Status::Active, faults))
}

/// Reports a word that was read by what it begins with or holds.
fn read_as<W: Word>(found: Option<W>, field: Field<'_>, row: usize, faults: &mut Faults) -> Option<W> {
    if let Some(value) = found {
        let cause =
            both!("{} is read as {} ({})", "“{}”读作“{}”（{}）", field.text(row), value.chinese(), value.word());
        faults.note(
            "read-as",
            field.place(row),
            field.text(row),
            cause,
            both!("nothing, if that is right", "若无误，无须处理"),
        );
    }
    found
}

/// Reports two different ids that enter the lottery under the same 16 bytes (protocol §1).
fn report_same_iv(suite: Suite, rows: &[(Entity, Spot)], place: impl Fn(Spot) -> Place, faults: &mut Faults) {
    let mut ivs: Vec<(Iv, usize)> = (0..).zip(rows).map(|(at, (entity, _))| (Iv::of(suite, &entity.id), at)).collect();
    ivs.sort_unstable();
    for pair in ivs.windows(2) {
        let ((iv, first), (other, second)) = (pair[0], pair[1]);
        if iv == other && rows[first].0.id != rows[second].0.id {
            let cause = both!(
                "this id and {} in {} have the same IV {iv}",
                "该号码与 {}（{}）的 IV {iv} 相同",
                rows[first].0.id,
                place(rows[first].1)
            );
            faults.error(
                "same-iv",
                place(rows[second].1),
                &rows[second].0.id,
                cause,
                both!("give one of the two another id", "给其中一个另用号码"),
            );
        }
    }
}

/// Reads an industry as the digits of GB/T 4754; reports `bad-industry`, `industry-section` and `read-as`.
pub fn industry_code(field: Field<'_>, row: usize, faults: &mut Faults) -> String {
    let text = field.text(row);
    let Some(found) = industry::industry(text) else {
        let cause = both!("this is no code and no name of GB/T 4754", "这不是 GB/T 4754 的代码或名称");
        let remedy = both!(
            "write the code, such as 6210 or H6210, or leave the cell empty",
            "填写代码，例如 6210 或 H6210，或留空"
        );
        faults.error("bad-industry", field.place(row), text, cause, remedy);
        return String::new();
    };
    if found.letter_differs {
        let cause = both!(
            "{text}: the division {} stands in another section; the digits count",
            "{text}：大类 {} 属于另一门类；以数字为准",
            &found.digits[..2]
        );
        faults.note(
            "industry-section",
            field.place(row),
            text,
            cause,
            both!("correct the letter, or the digits", "更正字母或数字"),
        );
    }
    if found.by_name {
        let cause = both!("{text} is read as {}", "“{text}”读作 {}", found.digits);
        faults.note("read-as", field.place(row), text, cause, both!("nothing, if that is right", "若无误，无须处理"));
    }
    found.digits
}

/// Reads a credit risk class or nothing; reports `unknown-word`.
pub fn class_of(field: Field<'_>, row: usize, faults: &mut Faults) -> Option<Class> {
    let text = field.text(row);
    if text.is_empty() {
        return None;
    }
    cells::class(text).unwrap_or_else(|| {
        let cause = both!("this is no credit risk class", "这不是信用风险类别");
        faults.error(
            "unknown-word",
            field.place(row),
            text,
            cause,
            both!("write A, B, C or D, or leave the cell empty", "填 A、B、C 或 D，或留空"),
        );
        None
    })
}

/// Reads the half-day on which an entity is open; an empty cell and the whole day are both halves.
fn hours_of(field: Field<'_>, row: usize, faults: &mut Faults) -> Option<Half> {
    Some(word(field, row, Half::WholeDay, faults)).filter(|half| *half != Half::WholeDay)
}

fn flags_of(field: Field<'_>, row: usize, faults: &mut Faults) -> Vec<Flag> {
    let mut flags = Vec::new();
    for part in cells::list(field.text(row)) {
        match Flag::from_word(part) {
            Some(flag) => flags.push(flag),
            None => {
                let cause = both!("this mark is not known", "不认识这个标记");
                faults.error(
                    "unknown-word",
                    field.place(row),
                    part,
                    cause,
                    both!("write abnormal/serious or 经营异常/严重违法", "填 经营异常/严重违法 或 abnormal/serious"),
                );
            }
        }
    }
    flags.sort();
    flags.dedup();
    flags
}
