//! A county of three townships, three agencies and thirteen entities, with a plan that breaks no rule.
//!
//! The frames, sizes, exclusions, halves and ranks are written down by hand; only who is drawn comes from the lottery.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

use crate::lang::Text;
use crate::lottery::keys::{entity_label, team_label};
use crate::lottery::{Entropy, Entry, Iv, Prk, Rate, Rounding, Suite, draw};
use crate::plan::model::*;

/// What comes to one door: tasks, and items with their agencies.
type Door = (BTreeSet<u32>, BTreeSet<(u32, u32)>);

pub const GROUP: &str = "411381.2024Q2";

/// Extracts the key under which the county's plan is drawn.
pub fn prk() -> Prk {
    Prk::of(Suite::Dr1, &Entropy::from_seed("20240401").expect("the seed is printable"))
}

fn span(first: Date, last: Date) -> Span {
    Span { first, last }
}

fn text(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn entity(no: u32, class: Option<Class>, township: u32) -> Entity {
    Entity {
        id: format!("9100000000000000{no:02}"),
        name: format!("firm {no}"),
        kind: EntityKind::Enterprise,
        industry: "6210".to_owned(),
        township: TownshipNo(township),
        address: String::new(),
        class,
        status: Status::Active,
        tags: text(&["餐饮"]),
        flags: Vec::new(),
        quiet: vec![QuietDays::Once(span(date(2024, 6, 1), date(2024, 6, 30)))],
        registered: None,
        season: Vec::new(),
        hours: None,
    }
}

fn item(no: u32, agency: u32, qualification: Option<&str>, minutes: u32, cap_per_year: Option<u32>) -> Item {
    Item {
        code: format!("I-{no}"),
        agency: AgencyNo(agency),
        name: String::new(),
        class: ItemClass::General,
        object: String::new(),
        method: String::new(),
        qualification: qualification.map(str::to_owned),
        basis: String::new(),
        minutes,
        cap_per_year,
        ratio_wording: String::new(),
        frequency_wording: String::new(),
    }
}

fn officer(no: u32, agency: u32) -> Inspector {
    Inspector {
        certificate: format!("4113810100{no:02}"),
        name: String::new(),
        agency: AgencyNo(agency),
        valid: span(date(2020, 1, 1), date(2026, 12, 31)),
        is_valid: true,
        qualifications: Vec::new(),
        townships: None,
        leave: Vec::new(),
        visits_max: None,
        expert: false,
    }
}

fn past(entity: u32, agency: u32, date: Date, items: &[u32]) -> PastVisit {
    PastVisit {
        entity: format!("9100000000000000{entity:02}"),
        agency: AgencyNo(agency),
        date,
        counts: true,
        items: items.iter().map(|no| ItemNo(*no)).collect(),
        inspectors: text(&["411381009999"]),
        result: String::new(),
    }
}

/// Makes the inputs. Officers 0, 1 and 8 may go for the first agency, 2 and 3 for the second, 4 and 5 for the third;
/// 6 is expired, 7 on leave, 9 bound to a township without entities, 10 cancelled.
pub fn inputs() -> Inputs {
    let agency = |no: u32| Agency {
        code: format!("D0{no}"),
        name: String::new(),
        short_name: String::new(),
        leads: no == 1,
        teams_per_day: 2,
    };
    let township = |no: u32| Township {
        code: format!("41138110{no}"),
        name: String::new(),
        other_codes: Vec::new(),
        other_names: Vec::new(),
        lon: String::new(),
        lat: String::new(),
    };
    let mut entities: Vec<Entity> = (0..6).map(|no| entity(no, Some(Class::A), 0)).collect();
    entities.extend((6..8).map(|no| entity(no, Some(Class::B), 1)));
    entities.push(Entity { status: Status::Deregistered, ..entity(8, Some(Class::A), 0) });
    entities.push(Entity { industry: "0111".to_owned(), ..entity(9, Some(Class::A), 0) });
    entities.extend([entity(10, Some(Class::A), 0), entity(11, Some(Class::A), 0), entity(12, None, 0)]);
    let mut inspectors: Vec<Inspector> =
        [0, 0, 1, 1, 2, 2, 0, 0, 0, 1, 2].into_iter().zip(0..).map(|(agency, no)| officer(no, agency)).collect();
    inspectors[2].qualifications = text(&["特种设备"]);
    inspectors[6].valid.last = date(2024, 3, 31);
    inspectors[7].leave = vec![span(date(2024, 4, 1), date(2024, 6, 30))];
    inspectors[9].townships = Some(vec![TownshipNo(2)]);
    inspectors[10].is_valid = false;
    let task = |no: u32, group: &str| Task {
        code: format!("2024-00{no}"),
        name: String::new(),
        kind: TaskKind::Joint,
        directed: true,
        lead: AgencyNo(0),
        partners: Vec::new(),
        items: Vec::new(),
        scope: Scope { industries: text(&["62"]), ..Scope::default() },
        rates: Rates::All(Rate::Count(1)),
        wording: String::new(),
        window: span(date(2024, 4, 1), date(2024, 4, 30)),
        group: group.to_owned(),
        balls: Balls::All(1),
        spread: false,
        separate: false,
    };
    let half = Rate::Share { part: 50, whole: 100 };
    let tasks = vec![
        Task {
            partners: vec![Partner { agency: AgencyNo(1), share: Some(half) }],
            items: vec![ItemNo(0), ItemNo(1)],
            rates: Rates::ByClass(vec![(Some(Class::A), Rate::Count(3)), (Some(Class::B), half)]),
            ..task(1, GROUP)
        },
        Task {
            partners: [1, 2].map(|no| Partner { agency: AgencyNo(no), share: None }).to_vec(),
            items: vec![ItemNo(0), ItemNo(2), ItemNo(3)],
            rates: Rates::All(Rate::Share { part: 3, whole: 4 }),
            window: span(date(2024, 4, 10), date(2024, 5, 31)),
            balls: Balls::ByClass(BTreeMap::from([(Class::B, 2)])),
            spread: true,
            ..task(2, GROUP)
        },
        Task {
            lead: AgencyNo(2),
            items: vec![ItemNo(3)],
            scope: Scope { tags: text(&["加油站", "餐饮"]), townships: vec![TownshipNo(1)], ..Scope::default() },
            separate: true,
            ..task(3, "411381.2024Q2.own")
        },
    ];
    Inputs {
        rules: Rules {
            period: "2024Q2".to_owned(),
            region: "411381".to_owned(),
            days: span(date(2024, 4, 1), date(2024, 6, 30)),
            suite: Suite::Dr1,
            rounding: Rounding::Up,
            reserve: Rate::Share { part: 20, whole: 100 },
            visits_per_year_max: 2,
            without_id: WithoutId::LeaveOut,
            team: TeamRules {
                size: 2,
                agencies_per_visit_max: 3,
                visits_per_day_max: 2,
                hop_minutes_max: 60,
                visits_max: 40,
                half_day_minutes: 210,
            },
            search: 1,
            quiet: vec![QuietRule {
                days: RuleDays::Every(QuietDays::Once(span(date(2024, 5, 6), date(2024, 5, 10)))),
                reason: "节后".to_owned(),
                except: Except::default(),
            }],
        },
        agencies: (1..=3).map(agency).collect(),
        townships: (0..3).map(township).collect(),
        travel: [(0, 1, 30), (1, 2, 40)]
            .map(|(from, to, minutes)| Travel { from: TownshipNo(from), to: TownshipNo(to), minutes })
            .to_vec(),
        items: vec![
            item(1, 0, None, 60, None),
            item(2, 1, Some("特种设备"), 90, None),
            item(3, 1, None, 200, Some(1)),
            item(4, 2, None, 30, None),
        ],
        entities,
        entities_without_id: vec![Entity { id: String::new(), name: "stall".to_owned(), ..entity(99, None, 0) }],
        inspectors,
        tasks,
        recusals: Vec::new(),
        history: vec![
            past(10, 0, date(2024, 1, 9), &[0]),
            past(10, 1, date(2024, 1, 9), &[1]),
            past(10, 0, date(2024, 3, 1), &[0]),
            past(11, 1, date(2024, 2, 20), &[2]),
            past(1, 1, date(2023, 6, 1), &[2]),
        ],
        calendar: vec![
            SpecialDay { date: date(2024, 4, 4), is_off: true, name: "清明节".to_owned(), source: String::new() },
            SpecialDay { date: date(2024, 4, 7), is_off: false, name: "清明节".to_owned(), source: String::new() },
        ],
    }
}

fn frames() -> Frames {
    let frame = |nos: &[u32]| nos.iter().map(|no| EntityNo(*no)).collect::<Vec<_>>();
    let stratum = |task, name, nos: &[u32], size, reserve| Stratum {
        task: TaskNo(task),
        name,
        frame: frame(nos),
        balls: Vec::new(),
        balls_all: Some(1),
        size,
        wanted: size,
        reserve,
    };
    let class = |class| StratumName::Class(Some(class));
    let strata = vec![
        stratum(0, class(Class::A), &[0, 1, 2, 3, 4, 5, 11], 3, 1),
        stratum(0, class(Class::B), &[6, 7], 1, 1),
        Stratum {
            balls: vec![1, 1, 1, 1, 1, 1, 2, 2, 1],
            balls_all: None,
            ..stratum(1, StratumName::All, &[0, 1, 2, 3, 4, 5, 6, 7, 12], 7, 2)
        },
        stratum(2, StratumName::All, &[6, 7], 1, 1),
    ];
    let row = |no: u32, task: Option<u32>, why| Excluded {
        entity: format!("9100000000000000{no:02}"),
        name: format!("firm {no}"),
        task: task.map(TaskNo),
        why,
    };
    let excluded = vec![
        Excluded { entity: String::new(), name: "stall".to_owned(), task: None, why: Exclusion::NoId },
        row(8, None, Exclusion::Status(Status::Deregistered)),
        row(9, None, Exclusion::OutOfScope),
        row(10, Some(0), Exclusion::VisitCap),
        row(10, Some(1), Exclusion::VisitCap),
        row(11, Some(1), Exclusion::ItemCap(ItemNo(2))),
        row(12, Some(0), Exclusion::ClassWithoutRate),
    ];
    Frames { strata, excluded }
}

/// Makes the plan: one visit a day from 10 April on, but the first two short ones of one township on one day.
pub fn plan() -> Plan {
    let (inputs, frames) = (inputs(), frames());
    let mut drawn_before: BTreeSet<u32> = BTreeSet::new();
    let mut samples = Vec::new();
    for stratum in &frames.strata {
        let task = &inputs.tasks[stratum.task.at()];
        let entry = |(at, no): (usize, &EntityNo)| Entry {
            at: no.0,
            iv: Iv::of(Suite::Dr1, &inputs.entities[no.at()].id),
            balls: stratum.balls.get(at).copied().unwrap_or(1),
            behind: task.spread && drawn_before.contains(&no.0),
        };
        let entries: Vec<Entry> = stratum.frame.iter().enumerate().map(entry).collect();
        let sample = draw(&prk().key(&entity_label(&task.group)), &entries, stratum.size, stratum.reserve);
        drawn_before.extend(sample.drawn.iter().map(|pick| pick.at));
        samples.push(sample);
    }
    let drawn = |stratum: usize| samples[stratum].drawn.iter().map(|pick| pick.at);
    // Half of the three drawn of class A are two, half of one is one.
    let mut doors: BTreeMap<u32, Door> = BTreeMap::new();
    for (stratum, share) in [(0, 2), (1, 1)] {
        for (rank, no) in drawn(stratum).enumerate() {
            let door = doors.entry(no).or_default();
            door.0.insert(0);
            door.1.insert((0, 0));
            if rank < share {
                door.1.insert((1, 1));
            }
        }
    }
    let mut unplaced = Vec::new();
    for (rank, no) in drawn(2).enumerate() {
        let door = doors.entry(no).or_default();
        door.0.insert(1);
        door.1.extend([(0, 0), (1, 2)]);
        if rank == 0 {
            let detail = Text::same("agency D03 needs 2 more officers");
            let (task, entity, agency) = (TaskNo(1), EntityNo(no), AgencyNo(2));
            unplaced.push(Unplaced { task, entity, agency, reason: "short-of-officers", detail });
        } else {
            door.1.insert((2, 3));
        }
    }
    let mut rows: Vec<(u32, Door)> = doors.into_iter().collect();
    rows.extend(drawn(3).map(|no| (no, (BTreeSet::from([2]), BTreeSet::from([(2, 3)])))));
    // 90 and 200 minutes of the second agency are more than 210, and then every visit to the entity takes the day.
    let is_long = |items: &BTreeSet<(u32, u32)>| items.is_superset(&[(1, 1), (1, 2)].into());
    let long: BTreeSet<u32> = rows.iter().filter(|(_, (_, items))| is_long(items)).map(|(no, _)| *no).collect();
    let days = [10, 11, 12, 15, 16, 17, 18, 19, 22, 23, 24].map(|day| date(2024, 4, day));
    let mut visits: Vec<Visit> = Vec::new();
    for ((no, (tasks, items)), date) in rows.into_iter().zip(days) {
        let id = &inputs.entities[no as usize].id;
        let earlier = visits.iter().filter(|visit| visit.entity.0 == no).count();
        let id = if earlier == 0 { id.clone() } else { format!("{id}/{}", earlier + 1) };
        let half = if long.contains(&no) { Half::WholeDay } else { Half::Morning };
        let agencies: BTreeSet<u32> = items.iter().map(|(agency, _)| *agency).collect();
        let team = |no: u32| Team { agency: AgencyNo(no), drawn_for: id.clone(), seats: Vec::new() };
        visits.push(Visit {
            entity: EntityNo(no),
            date,
            half,
            lead: inputs.tasks[*tasks.first().expect("a door has a task") as usize].lead,
            tasks: tasks.into_iter().map(TaskNo).collect(),
            items: items.iter().map(|(_, item)| ItemNo(*item)).collect(),
            teams: agencies.into_iter().map(team).collect(),
            id,
        });
    }
    visits.sort_by(|a, b| a.id.cmp(&b.id));
    let short: Vec<usize> =
        (0..visits.len()).filter(|at| visits[*at].half == Half::Morning && visits[*at].entity.0 < 6).take(2).collect();
    let [first, second] = short[..] else { panic!("two short visits in the first township") };
    visits[second].date = visits[first].date;
    visits[second].half = Half::Afternoon;
    let head = visits[first].id.clone();
    let shared: BTreeSet<AgencyNo> = visits[first].teams.iter().map(|team| team.agency).collect();
    visits[second].teams.iter_mut().filter(|team| shared.contains(&team.agency)).for_each(|team| {
        team.drawn_for.clone_from(&head);
    });
    for team in visits.iter_mut().flat_map(|visit| &mut visit.teams) {
        let members: &[u32] = [&[0, 1], &[2, 3], &[4, 5]][team.agency.at()];
        team.seats = seats(&inputs, team.agency, &team.drawn_for, members);
    }
    Plan { frames, samples, visits, unplaced, potentials: Vec::new() }
}

/// Makes the seats of a team of officers who may go, with their tickets and ranks.
pub fn seats(inputs: &Inputs, agency: AgencyNo, drawn_for: &str, members: &[u32]) -> Vec<Seat> {
    let key = prk().key(&team_label(GROUP, &inputs.agencies[agency.at()].code, drawn_for));
    let ticket = |no: &u32| key.ticket(Iv::of(Suite::Dr1, &inputs.inspectors[*no as usize].certificate));
    let circle: &[u32] = [&[0, 1, 8][..], &[2, 3], &[4, 5]][agency.at()];
    let rank = |no: &u32| 1 + circle.iter().filter(|other| ticket(other) < ticket(no)).count() as u32;
    let seat = |no: &u32| Seat { inspector: InspectorNo(*no), rank: rank(no), ticket: ticket(no) };
    let mut seats: Vec<Seat> = members.iter().map(seat).collect();
    seats.sort_by_key(|seat| seat.ticket);
    seats
}
