//! The paper that is handed over at the door (检查通知书), whose QR code proves a row of the plan (protocol §16.2).

use std::fmt::Write;

use super::CeremonyError;
use super::amend::amended;
use super::draw::drawn;
use super::salted;
use super::sheet::{escaped, qr_svg, short_code};
use crate::files::store::ledger::{Ledger, LedgerError};
use crate::ledger::chain::{Entry, Kind};
use crate::ledger::notice::Notice;
use crate::ledger::proof::Inclusion;
use crate::ledger::state::Refusal;
use crate::plan::amend::Reason;
use crate::plan::model::{Inputs, Visit};
use crate::plan::words::Word;
use crate::run::{Made, Stage};

/// Makes the notice of one visit of a drawn plan, as its HTML page.
///
/// # Errors
/// [`CeremonyError::NoVisit`] if the plan has no such visit, [`CeremonyError`] else, as for a draw.
pub fn notice(
    ledger: &Ledger,
    ceremony: &str,
    visit: &str,
    stage: &mut dyn FnMut(Stage),
) -> Result<(Notice, String), CeremonyError> {
    let order = |refusal| CeremonyError::from(LedgerError::from(refusal));
    let attempt = ledger.latest(ceremony).ok_or_else(|| order(Refusal::NotSealed(ceremony.to_owned())))?;
    let draw = attempt.draw.map(|at| &ledger.entries()[at]);
    let first = draw.ok_or_else(|| order(Refusal::NotDrawn(ceremony.to_owned())))?;
    let made = drawn(ledger, attempt, stage)?;
    let Made { inputs, prk, .. } = &made;
    let plan = &amended(ledger, attempt, &made)?.now.plan;
    // The latest entry with a root stands for the plan as it is now.
    let of = |entry: &&Entry| entry.ceremony == ceremony && entry.attempt == attempt.number;
    let mut amendments = ledger.entries().iter().filter(|entry| entry.kind == Kind::Amend).filter(of);
    let draw = amendments.next_back().unwrap_or(first);
    let at = plan.visits.iter().position(|found| found.id == visit);
    let at = at.ok_or_else(|| CeremonyError::NoVisit(visit.to_owned()))?;
    let rows = salted::rows(inputs, plan, prk);
    let proof = Inclusion::of(inputs.rules.suite, &rows, at);
    let notice = Notice {
        ceremony: ceremony.to_owned(),
        attempt: attempt.number,
        entry: draw.number,
        proof,
        row: rows[at].clone(),
    };
    notice.check(ledger.entries()).map_err(|_| CeremonyError::Changed { file: draw.file() })?;
    let page =
        html(inputs, &plan.visits[at], &notice, first, draw).ok_or(CeremonyError::TooLong(notice.text().len()))?;
    Ok((notice, page))
}

/// Writes the page, one sheet of A4 for a common visit, without scripts and without anything from elsewhere; `None`
/// if the text is too long for a QR code.
fn html(inputs: &Inputs, visit: &Visit, notice: &Notice, first: &Entry, draw: &Entry) -> Option<String> {
    let svg = qr_svg(&notice.text(), 62)?;
    let entity = &inputs.entities[visit.entity.at()];
    let mut items = String::new();
    for item in visit.items.iter().map(|no| &inputs.items[no.at()]) {
        let class = item.class.chinese();
        let agency = &inputs.agencies[item.agency.at()].name;
        row(&mut items, [&item.code, agency, &item.name, class, &item.method, &item.basis]);
    }
    let mut officers = String::new();
    for team in &visit.teams {
        let agency = &inputs.agencies[team.agency.at()];
        let lead = if team.agency == visit.lead { "牵头" } else { "配合" };
        for officer in team.seats.iter().map(|seat| &inputs.inspectors[seat.inspector.at()]) {
            row(&mut officers, [&agency.name, lead, &officer.name, &officer.certificate]);
        }
    }
    let changes = if first.number == draw.number {
        String::new()
    } else {
        let reason = draw.fact("reason").and_then(Reason::from_code).map_or("", Reason::chinese);
        format!(
            "<p>该计划抽出后依规则变更过，最近一次（{reason}）见台账 {}；原计划见 {}。The plan was amended since its draw; \
             both stand in the ledger.</p>\n",
            draw.file(),
            first.file()
        )
    };
    let place = format!("{} {}", inputs.townships[entity.township.at()].name, entity.address);
    Some(format!(
        "<!doctype html>\n<html lang=\"zh-CN\">\n<meta charset=\"utf-8\">\n<title>检查通知书 {id}</title>\n\
         <style>@page{{size:A4;margin:14mm}}body{{font:10.5pt sans-serif;max-width:182mm;margin:auto}}h1{{text-align:center;\
         font-size:18pt}}table{{border-collapse:collapse;width:100%;margin:2mm 0}}td,th{{border:1px solid #888;padding:.8mm 1.5mm;\
         text-align:left;overflow-wrap:anywhere}}tr{{break-inside:avoid}}.proof{{display:flex;gap:4mm;break-inside:avoid}}\
         .proof svg{{flex:none}}.items :is(td,th):is(:nth-child(1),:nth-child(4),:nth-child(5)){{white-space:nowrap}}</style>\n\
         <h1>检查通知书 · Notice of a visit</h1>\n\
         <p><b>{name}</b>（{id}）　{place}<br>检查日期 · date：<b>{date} {half}</b>　抽查 · draw：{ceremony}，{period_first} 至 {period_last}</p>\n\
         <p>你单位在“双随机、一公开”抽查中被随机抽中。检查人员须出示执法证件，只检查下列事项。</p>\n\
         <table class=\"items\"><tr><th>事项编码</th><th>部门</th><th>检查事项</th><th>类别</th><th>方式</th><th>依据</th></tr>\n{items}</table>\n\
         <table><tr><th>部门</th><th>分工</th><th>执法检查人员</th><th>执法证号</th></tr>\n{officers}</table>\n\
         <p><b>请准备的材料：</b>营业执照（或登记证书），以及与上列事项有关的许可证件、台账、记录和票据。</p>\n\
         <p><b>你单位的权利：</b>对未列入上表的检查事项，有权拒绝；认为检查人员与本单位有利害关系的，有权申请其回避；对未出示执法证件或\
         证号与上表不符的人员，有权拒绝检查；有权陈述、申辩。<br>You may refuse any item that is not listed, anyone whose \
         certificate is not listed or not shown, and ask that an officer with a conflict of interest be recused.</p>\n{changes}\
         <div class=\"proof\">{svg}<div><p><b>如何核验：</b>左侧二维码载有本次检查的记录及其证明。用公示网站的“核验通知书”页或\
         <code>fairdraw verify --notice</code> 可离线核对：本次检查已列入 {drawn} 抽出并登记的计划，此后未被添加或更改。</p>\n\
         <p>The QR code proves offline that this visit, with these items and officers, stood in the plan that was drawn at \
         {drawn} and recorded in entry {entry} of the ledger.</p>\n\
         <p>台账 · ledger：{file}<br>编码 · code：<b>{code}</b></p></div></div>\n\
         <p>送达人 ____________________　接收人 ____________________　时间 ____________________</p>\n</html>\n",
        id = escaped(&visit.id),
        name = escaped(&entity.name),
        place = escaped(place.trim()),
        date = visit.date,
        half = visit.half.chinese(),
        ceremony = notice.ceremony,
        period_first = inputs.rules.days.first,
        period_last = inputs.rules.days.last,
        drawn = draw.time,
        entry = draw.number,
        file = draw.file(),
        code = short_code(draw),
    ))
}

fn row<const N: usize>(table: &mut String, cells: [&str; N]) {
    let cells: String = cells.iter().map(|cell| format!("<td>{}</td>", escaped(cell))).collect();
    writeln!(table, "<tr>{cells}</tr>").expect("a string takes all text");
}
