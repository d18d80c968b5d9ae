//! Small workspaces made up for the properties: all kinds of ids, classes, officers, tasks, recusals and caps.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use fairdraw::files::faults::Fault;
use proptest::prelude::*;

use crate::support::{Workspace, rules, small};

/// Makes up whole workspaces. Choices are numbers that are taken modulo what there is, so any of them is sound.
pub fn workspaces() -> impl Strategy<Value = Workspace> {
    let sizes = (2usize..=4, 1usize..=4);
    let entities = prop::collection::vec(any::<[u8; 7]>(), 10..=60);
    let officers = prop::collection::vec(any::<[u8; 7]>(), 6..=25);
    let tasks = prop::collection::vec(any::<[u8; 14]>(), 1..=6);
    let rows = prop::collection::vec(any::<[u8; 5]>(), 0..=8);
    let more = prop::collection::vec(any::<[u8; 5]>(), 0..=20);
    (sizes, any::<[u8; 7]>(), entities, officers, tasks, rows, more).prop_map(
        |((agencies, townships), plan, entities, officers, tasks, recusals, history)| {
            let made = Making { agencies, townships, entities: entities.len(), officers: officers.len() };
            let mut workspace = Workspace(BTreeMap::new());
            workspace
                .put("plan.toml", &made.rules(plan))
                .put("calendar.csv", &small().0["calendar.csv"])
                .put("agencies.csv", &made.agencies())
                .put("townships.csv", &made.townships())
                .put("travel.csv", &made.travel(plan[6]))
                .put("items.csv", &made.items())
                .put("entities.csv", &made.table("entities.csv", &entities, Making::entity))
                .put("inspectors.csv", &made.table("inspectors.csv", &officers, Making::officer))
                .put("tasks.csv", &made.table("tasks.csv", &tasks, Making::task))
                .put("recusals.csv", &made.table("recusals.csv", &recusals, Making::recusal))
                .put("history.csv", &made.table("history.csv", &history, Making::past));
            without_errors(workspace)
        },
    )
}

/// Takes out recusals from entities that have lost their id, and tasks that nobody is in the frame of: errors of a
/// plan, of which `faults` has cases.
fn without_errors(mut workspace: Workspace) -> Workspace {
    let of_recusals = |fault: &Fault| (fault.place.file == "recusals.csv").then_some(fault.place.row).flatten();
    let rows: Vec<u32> = workspace.load().faults.iter().filter_map(of_recusals).collect();
    let text = &workspace.0["recusals.csv"];
    let kept = (1..).zip(text.lines()).filter(|(row, _)| !rows.contains(row)).map(|(_, line)| format!("{line}\n"));
    let kept = kept.collect::<String>();
    workspace.put("recusals.csv", &kept);
    let empty: Vec<String> = workspace
        .load()
        .faults
        .iter()
        .filter(|fault| fault.code == "empty-frame")
        .map(|fault| format!("{},", fault.value))
        .collect();
    let lines = workspace.0["tasks.csv"].lines().filter(|line| !empty.iter().any(|code| line.starts_with(code)));
    let kept = lines.map(|line| format!("{line}\n")).collect::<String>();
    workspace.put("tasks.csv", &kept);
    if kept.lines().count() == 1 {
        workspace.append("tasks.csv", "T9,最后,single,directed,D1,,D1-0,,,,,,1户,,,,,1,no,no");
        workspace.append("entities.csv", "91411381MA999999X9,最后,other,,X1,,,active,,,,");
    }
    workspace
}

/// Holds how many rows there are of what others mention.
struct Making {
    agencies: usize,
    townships: usize,
    entities: usize,
    officers: usize,
}

/// Says yes for about one byte in `n`.
fn one_in(n: u8, byte: u8) -> bool {
    byte % n == n - 1
}

fn of<'a>(list: &[&'a str], byte: u8) -> &'a str {
    list[usize::from(byte) % list.len()]
}

const SKILLS: [&str; 2] = ["食品检查员", "消防监督员"];
const TAGS: [&str; 4] = ["", "餐饮", "餐饮;校园周边", "校园周边"];
const INDUSTRIES: [&str; 4] = ["6210", "6110", "", "0511"];

impl Making {
    fn rules(&self, byte: [u8; 7]) -> String {
        rules()
            .replace("\"up\"", &format!("{:?}", of(&["up", "nearest", "floor_min_1"], byte[0])))
            .replace("\"20%\"", &format!("{:?}", of(&["20%", "1:3", "100%"], byte[1])))
            .replace("visits_per_year_max = 2", &format!("visits_per_year_max = {}", 1 + byte[2] % 2))
            .replace("agencies_per_visit_max = 3", &format!("agencies_per_visit_max = {}", 1 + byte[3] % 4))
            .replace("visits_per_day_max = 2", &format!("visits_per_day_max = {}", 1 + byte[4] % 2))
            .replace("visits_max = 40", &format!("visits_max = {}", [2, 6, 40][usize::from(byte[5]) % 3]))
    }

    fn table<const N: usize>(
        &self,
        name: &str,
        list: &[[u8; N]],
        row: fn(&Making, usize, [u8; N]) -> String,
    ) -> String {
        let heading = small().0[name].lines().next().expect("a table has a heading").to_owned();
        list.iter().enumerate().fold(heading + "\n", |text, (at, bytes)| text + &row(self, at, *bytes) + "\n")
    }

    fn agency(&self, byte: u8) -> String {
        format!("D{}", 1 + usize::from(byte) % self.agencies)
    }

    fn town(&self, byte: u8) -> String {
        format!("X{}", 1 + usize::from(byte) % self.townships)
    }

    /// Returns an id of one of the kinds in use; it is the same for the same number.
    fn id(&self, at: usize) -> String {
        match at % 5 {
            3 => format!("4113810{at:08}"),
            4 => format!("豫R第{at:03}号"),
            _ => format!("91411381MA{at:06}X{}", at % 10),
        }
    }

    fn agencies(&self) -> String {
        let row = |at| format!("D{at},部门{at},,{},{}\n", if at == 1 { "lead" } else { "member" }, 1 + at % 3);
        (1..=self.agencies).fold("code,name,short_name,role,teams_per_day\n".to_owned(), |text, at| text + &row(at))
    }

    fn townships(&self) -> String {
        let row = |at| format!("X{at},乡镇{at},,,,\n");
        (1..=self.townships).fold("code,name,other_codes,other_names,lon,lat\n".to_owned(), |text, at| text + &row(at))
    }

    fn travel(&self, byte: u8) -> String {
        let mut text = "from,to,minutes\n".to_owned();
        for at in 1..self.townships {
            writeln!(text, "X{at},X{},{}", at + 1, 20 + usize::from(byte) * at % 80).expect("a string takes all text");
        }
        text
    }

    /// Returns three items for each agency: one without a qualification, one with, and a long one with a cap.
    fn items(&self) -> String {
        let mut text = small().0["items.csv"].lines().next().expect("a table has a heading").to_owned() + "\n";
        for at in 1..=self.agencies {
            let skill = SKILLS[at % 2];
            writeln!(
                text,
                "D{at}-0,D{at},事项,general,,,,,30,,,\nD{at}-1,D{at},事项,key,,,{skill},,60,,,\nD{at}-2,D{at},事项,key,,,,,90,1,,"
            )
            .expect("a string takes all text");
        }
        text
    }

    fn entity(&self, at: usize, byte: [u8; 7]) -> String {
        let id = if one_in(29, byte[0]) { String::new() } else { self.id(at) };
        let kind = of(&["enterprise", "individual", "institution"], byte[1]);
        let class = of(&["A", "B", "C", "D", ""], byte[2]);
        let status = if one_in(9, byte[3]) { of(&["deregistered", "moved", "duplicate"], byte[0]) } else { "active" };
        let quiet = if one_in(7, byte[6]) { "2024-04-08/2024-05-10" } else { "" };
        let (industry, town) = (of(&INDUSTRIES, byte[4]), self.town(byte[5]));
        format!("{id},名称{at},{kind},{industry},{town},,{class},{status},{},,{quiet},", of(&TAGS, byte[6]))
    }

    fn officer(&self, at: usize, byte: [u8; 7]) -> String {
        let until = if one_in(8, byte[1]) { "2024-04-30" } else { "2027-12-31" };
        let status = if one_in(11, byte[2]) { "cancelled" } else { "valid" };
        let skills = of(&["", SKILLS[0], SKILLS[1], "食品检查员;消防监督员"], byte[3]);
        let towns = if one_in(4, byte[4]) { self.town(byte[0]) } else { String::new() };
        let leave = if one_in(5, byte[5]) { "2024-04-10/2024-05-20" } else { "" };
        let most = if one_in(6, byte[6]) { "3" } else { "" };
        format!(
            "Z{at:03},人员{at},{},2022-01-01,{until},{status},{skills},{towns},{leave},{most},no",
            self.agency(byte[0])
        )
    }

    fn task(&self, at: usize, byte: [u8; 14]) -> String {
        let lead = self.agency(byte[0]);
        let mut partners: BTreeSet<String> = BTreeSet::new();
        partners.extend((0..byte[1] % 3).map(|n| self.agency(byte[2].wrapping_add(n))));
        partners.remove(&lead);
        let share = |n: usize| of(&["", " 50%", " 1户", " 1:3"], byte[3].wrapping_add(n as u8));
        let with_shares: Vec<String> =
            partners.iter().enumerate().map(|(n, code)| format!("{code}{}", share(n))).collect();
        let item = |code: &String| match byte[4] % 4 {
            3 => format!("{code}-0;{code}-1"),
            kind => format!("{code}-{kind}"),
        };
        let items: Vec<String> = std::iter::once(&lead).chain(&partners).map(item).collect();
        let industries = of(&["", "", "62;05", "H"], byte[5]);
        let kinds = of(&["", "", "enterprise;individual"], byte[6]);
        let tags = of(&["", "", "餐饮"], byte[7]);
        let towns = if one_in(4, byte[8]) { self.town(byte[8]) } else { String::new() };
        let classes = if one_in(5, byte[9]) { "A;C;N" } else { "" };
        let rate = of(&["10%", "3户", "1:4", "A 10%;B 20%;C 30%;D 50%;N 5%", "C 2户;D 100%", "200户"], byte[10]);
        let window = of(&[",", ",", "2024-04-01,2024-04-30", "2024-05-13,2024-06-21"], byte[11]);
        let group = of(&["", "", "A1"], byte[12]);
        let balls = of(&["", "1", "3", "B 2;D 8"], byte[12].wrapping_mul(7));
        let (spread, separate) =
            (of(&["no", "yes"], byte[13]), of(&["no", "no", "no", "yes"], byte[13].wrapping_mul(5)));
        format!(
            "T{at},任务{at},joint,directed,{lead},{},{},{industries},{kinds},{tags},{towns},{classes},{rate},,{window},{group},{balls},{spread},{separate}",
            with_shares.join(";"),
            items.join(";")
        )
    }

    fn recusal(&self, _: usize, byte: [u8; 5]) -> String {
        let until = of(&["", "2024-05-01", "2024-03-01"], byte[3]);
        let officer = usize::from(byte[1]) % self.officers;
        let who = if one_in(3, byte[0]) {
            (String::new(), self.agency(byte[1]))
        } else {
            (format!("Z{officer:03}"), String::new())
        };
        let entity = self.id(usize::from(byte[2]) % self.entities);
        format!("{},{entity},{},,{until}", who.0, who.1)
    }

    fn past(&self, _: usize, byte: [u8; 5]) -> String {
        let agency = self.agency(byte[1]);
        let date = of(&["2024-01-10", "2024-02-20", "2024-03-05", "2023-12-01"], byte[2]);
        let counts = of(&["yes", "yes", "no"], byte[3]);
        let officers =
            format!("Z{:03};Z{:03}", usize::from(byte[4]) % self.officers, usize::from(byte[0]) % self.officers);
        let entity = self.id(usize::from(byte[0]) % self.entities);
        format!("{entity},{agency},{date},{counts},{agency}-{},{officers},", byte[4] % 3)
    }
}
