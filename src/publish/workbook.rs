//! `schedule.xlsx`: the plan in the tables that offices are used to, with their official headings.

use rust_xlsxwriter::XlsxError;

use super::workbooks::sheet::{self, Heading, Sheet, sheet_name};
use crate::files::store::bundle::File;
use crate::files::store::rows;
use crate::plan::model::{AgencyNo, Half, Inputs, Plan, Task, Team, Visit};
use crate::plan::words::{self, Word};

/// Writes the workbook; its bytes depend on the plan alone.
pub fn write(inputs: &Inputs, plan: &Plan) -> File {
    let bytes =
        workbook(inputs, plan).expect("sheets of short names and cells of short texts can be written to memory");
    File { path: "schedule.xlsx".to_owned(), bytes }
}

fn workbook(inputs: &Inputs, plan: &Plan) -> Result<Vec<u8>, XlsxError> {
    let title = format!("{} 双随机抽查计划", inputs.rules.period);
    let mut book = sheet::workbook(&inputs.rules, &title)?;
    let by_date = by_date(plan);
    Sheet::new("抽查计划", &title, PLAN).fill(book.add_worksheet(), plan_rows(inputs, plan))?;
    Sheet::new("抽查对象名单", &title, ENTITIES).fill(book.add_worksheet(), entity_rows(inputs, plan))?;
    Sheet::new("检查人员名单", &title, OFFICERS).fill(book.add_worksheet(), officer_rows(inputs, &by_date))?;
    Sheet::new("排期", &title, CALENDAR).fill(book.add_worksheet(), calendar_rows(inputs, &by_date))?;
    for (no, agency) in (0..).map(AgencyNo).zip(&inputs.agencies) {
        let name =
            sheet_name(&agency.code, if agency.short_name.is_empty() { &agency.name } else { &agency.short_name });
        let title = format!("{} {} 部门任务", inputs.rules.period, agency.name);
        Sheet::new(&name, &title, AGENCY).fill(book.add_worksheet(), agency_rows(inputs, &by_date, no))?;
    }
    book.save_to_buffer()
}

pub(super) const PLAN: &[Heading] = &[
    ("序号", 6.0),
    ("任务编号", 11.0),
    ("抽查任务名称", 34.0),
    ("抽查类型", 14.0),
    ("定向/不定向", 11.0),
    ("发起部门", 22.0),
    ("配合部门", 34.0),
    ("抽查事项", 44.0),
    ("抽查比例", 26.0),
    ("抽样框户数", 11.0),
    ("抽取户数", 9.0),
    ("备选户数", 9.0),
    ("检查开始日期", 13.0),
    ("检查结束日期", 13.0),
];

pub(super) const ENTITIES: &[Heading] = &[
    ("任务编号", 11.0),
    ("抽查任务名称", 34.0),
    ("层", 6.0),
    ("抽取序号", 9.0),
    ("检查对象名称", 36.0),
    ("统一社会信用代码", 22.0),
    ("信用风险分类", 12.0),
    ("乡镇", 12.0),
    ("抽签号", 36.0),
    ("中签概率", 12.0),
];

pub(super) const OFFICERS: &[Heading] = &[
    ("检查编号", 24.0),
    ("检查对象名称", 36.0),
    ("检查日期", 12.0),
    ("时段", 6.0),
    ("部门", 24.0),
    ("姓名", 10.0),
    ("执法证号", 20.0),
    ("抽取序号", 9.0),
    ("抽签号", 36.0),
];

pub(super) const CALENDAR: &[Heading] = &[
    ("检查日期", 12.0),
    ("星期", 6.0),
    ("时段", 6.0),
    ("乡镇", 12.0),
    ("检查对象名称", 36.0),
    ("统一社会信用代码", 22.0),
    ("地址", 30.0),
    ("发起部门", 22.0),
    ("参与部门", 40.0),
    ("抽查任务", 30.0),
    ("抽查事项数", 10.0),
];

pub(super) const AGENCY: &[Heading] = &[
    ("检查日期", 12.0),
    ("时段", 6.0),
    ("乡镇", 12.0),
    ("检查对象名称", 36.0),
    ("统一社会信用代码", 22.0),
    ("地址", 30.0),
    ("抽查任务", 30.0),
    ("本部门抽查事项", 50.0),
    ("检查人员", 24.0),
    ("执法证号", 40.0),
];

pub(super) fn plan_rows(inputs: &Inputs, plan: &Plan) -> Vec<Vec<String>> {
    let row = |(no, task): (u32, &Task)| {
        let strata = || plan.frames.strata.iter().filter(|stratum| stratum.task.0 == no);
        let partners: Vec<&str> = task.partners.iter().map(|partner| agency(inputs, partner.agency)).collect();
        let items: Vec<&str> = task.items.iter().map(|item| inputs.items[item.at()].name.as_str()).collect();
        let population: usize = strata().map(|stratum| stratum.frame.len()).sum();
        let sample: u32 = strata().map(|stratum| stratum.size).sum();
        let reserve: u32 = strata().map(|stratum| stratum.reserve).sum();
        vec![
            (no + 1).to_string(),
            task.code.clone(),
            task.name.clone(),
            task.kind.chinese().to_owned(),
            if task.directed { "定向" } else { "不定向" }.to_owned(),
            agency(inputs, task.lead).to_owned(),
            partners.join("、"),
            items.join("；"),
            rows::rate_text(&task.wording, &task.rates),
            population.to_string(),
            sample.to_string(),
            reserve.to_string(),
            task.window.first.to_string(),
            task.window.last.to_string(),
        ]
    };
    (0..).zip(&inputs.tasks).map(row).collect()
}

pub(super) fn entity_rows(inputs: &Inputs, plan: &Plan) -> Vec<Vec<String>> {
    let mut table = Vec::new();
    for (stratum, sample) in plan.frames.strata.iter().zip(&plan.samples) {
        let task = &inputs.tasks[stratum.task.at()];
        for (rank, pick) in (1..).zip(&sample.drawn) {
            let entity = &inputs.entities[pick.at as usize];
            let at = stratum.frame.binary_search_by_key(&pick.at, |no| no.0).expect("a pick is of its frame");
            table.push(vec![
                task.code.clone(),
                task.name.clone(),
                words::stratum(rows::stratum_name(stratum.name)).zh.into_owned(),
                rank.to_string(),
                entity.name.clone(),
                entity.id.clone(),
                entity.class.map_or("未分类", Word::chinese).to_owned(),
                inputs.townships[entity.township.at()].name.clone(),
                pick.place.ticket.to_string(),
                words::chance(&rows::chance(inputs, stratum, at)).zh.into_owned(),
            ]);
        }
    }
    table
}

pub(super) fn officer_rows(inputs: &Inputs, visits: &[&Visit]) -> Vec<Vec<String>> {
    let mut table = Vec::new();
    for visit in visits {
        for team in &visit.teams {
            for seat in &team.seats {
                let officer = &inputs.inspectors[seat.inspector.at()];
                table.push(vec![
                    visit.id.clone(),
                    inputs.entities[visit.entity.at()].name.clone(),
                    visit.date.to_string(),
                    visit.half.chinese().to_owned(),
                    agency(inputs, team.agency).to_owned(),
                    officer.name.clone(),
                    officer.certificate.clone(),
                    seat.rank.to_string(),
                    seat.ticket.to_string(),
                ]);
            }
        }
    }
    table
}

pub(super) fn calendar_rows(inputs: &Inputs, visits: &[&Visit]) -> Vec<Vec<String>> {
    const WEEKDAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];
    let row = |visit: &&Visit| {
        let agencies: Vec<&str> = visit.teams.iter().map(|team| agency(inputs, team.agency)).collect();
        let tasks: Vec<&str> = visit.tasks.iter().map(|no| inputs.tasks[no.at()].name.as_str()).collect();
        let weekday = WEEKDAYS[visit.date.weekday().to_monday_zero_offset().unsigned_abs() as usize];
        let when = vec![visit.date.to_string(), weekday.to_owned(), visit.half.chinese().to_owned()];
        let cells = vec![
            agency(inputs, visit.lead).to_owned(),
            agencies.join("、"),
            tasks.join("；"),
            visit.items.len().to_string(),
        ];
        [when, door(inputs, visit), cells].concat()
    };
    visits.iter().map(row).collect()
}

pub(super) fn agency_rows(inputs: &Inputs, visits: &[&Visit], no: AgencyNo) -> Vec<Vec<String>> {
    let team_of = |visit: &&&Visit| visit.teams.iter().any(|team| team.agency == no);
    let row = |visit: &&Visit| {
        let team: &Team = visit.teams.iter().find(|team| team.agency == no).expect("the visit has the agency's team");
        let tasks: Vec<&str> = visit.tasks.iter().map(|no| inputs.tasks[no.at()].name.as_str()).collect();
        let own = visit.items.iter().map(|item| &inputs.items[item.at()]).filter(|item| item.agency == no);
        let officers = || team.seats.iter().map(|seat| &inputs.inspectors[seat.inspector.at()]);
        let cells = vec![
            tasks.join("；"),
            own.map(|item| item.name.as_str()).collect::<Vec<_>>().join("；"),
            officers().map(|officer| officer.name.as_str()).collect::<Vec<_>>().join("、"),
            officers().map(|officer| officer.certificate.as_str()).collect::<Vec<_>>().join("、"),
        ];
        [vec![visit.date.to_string(), visit.half.chinese().to_owned()], door(inputs, visit), cells].concat()
    };
    visits.iter().filter(team_of).map(row).collect()
}

/// Says where a visit goes: township, name, code and address.
pub(super) fn door(inputs: &Inputs, visit: &Visit) -> Vec<String> {
    let entity = &inputs.entities[visit.entity.at()];
    let township = inputs.townships[entity.township.at()].name.clone();
    vec![township, entity.name.clone(), entity.id.clone(), entity.address.clone()]
}

pub(super) fn agency(inputs: &Inputs, no: AgencyNo) -> &str {
    &inputs.agencies[no.at()].name
}

/// Returns the visits by date and half.
pub(super) fn by_date(plan: &Plan) -> Vec<&Visit> {
    let mut visits: Vec<&Visit> = plan.visits.iter().collect();
    visits.sort_by(|a, b| (a.date, half_order(a.half), &a.id).cmp(&(b.date, half_order(b.half), &b.id)));
    visits
}

fn half_order(half: Half) -> u8 {
    match half {
        Half::WholeDay | Half::Morning => 0,
        Half::Afternoon => 1,
    }
}
