//! The nouns of the field: what an office keeps (一单两库一细则) and what a plan consists of.
//!
//! Inputs are canonical when they arrive here: ids normalised, lists sorted, references resolved to positions,
//! rows in the order of their codes. Positions are `u32` and typed, so an agency's cannot be taken for an item's.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::words::Word;
use crate::lang::Text;
use crate::lottery::{Rate, Rounding, Sample, Suite};

/// Defines a typed position in one of the input tables.
macro_rules! position {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// Returns the position as a slice index.
            pub fn at(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

position! {
    /// Is the position of an agency in [`Inputs::agencies`].
    AgencyNo,
    /// Is the position of a township in [`Inputs::townships`].
    TownshipNo,
    /// Is the position of an item in [`Inputs::items`].
    ItemNo,
    /// Is the position of an entity in [`Inputs::entities`].
    EntityNo,
    /// Is the position of an officer in [`Inputs::inspectors`].
    InspectorNo,
    /// Is the position of a task in [`Inputs::tasks`].
    TaskNo,
}

/// Holds everything that decides a plan apart from the entropy; all tables in canonical order.
#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    pub rules: Rules,
    pub agencies: Vec<Agency>,
    pub townships: Vec<Township>,
    pub travel: Vec<Travel>,
    pub items: Vec<Item>,
    /// Entities with an id, strictly increasing by it.
    pub entities: Vec<Entity>,
    /// Rows of the registry without any code; they are in no frame and are listed as excluded.
    pub entities_without_id: Vec<Entity>,
    pub inspectors: Vec<Inspector>,
    pub tasks: Vec<Task>,
    pub recusals: Vec<Recusal>,
    pub history: Vec<PastVisit>,
    pub calendar: Vec<SpecialDay>,
}

impl Inputs {
    /// Finds an entity by its id.
    pub fn entity(&self, id: &str) -> Option<EntityNo> {
        let found = self.entities.binary_search_by(|entity| entity.id.as_str().cmp(id));
        found.ok().map(|at| EntityNo(at as u32))
    }

    /// Finds an officer by the certificate number.
    pub fn inspector(&self, certificate: &str) -> Option<InspectorNo> {
        let found = self.inspectors.binary_search_by(|officer| officer.certificate.as_str().cmp(certificate));
        found.ok().map(|at| InspectorNo(at as u32))
    }

    /// Finds a task by its code.
    pub fn task(&self, code: &str) -> Option<TaskNo> {
        self.tasks.binary_search_by(|task| task.code.as_str().cmp(code)).ok().map(|at| TaskNo(at as u32))
    }
}

/// Holds the rules of the period (细则), read from `plan.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// Name of the period, `[0-9A-Za-z._-]{1,32}`, such as `2024Q1`.
    pub period: String,
    /// Administrative code (行政区划代码), six digits.
    pub region: String,
    pub days: Span,
    /// Primitives of the draw (密码套件).
    pub suite: Suite,
    pub rounding: Rounding,
    /// Reserve (备选) as a part of the sample size, rounded up.
    pub reserve: Rate,
    /// Visits of one entity in a calendar year before it leaves the frames (抽查频次上限).
    pub visits_per_year_max: u32,
    pub without_id: WithoutId,
    pub team: TeamRules,
    /// Times the usual number of steps that the search for dates takes (排期搜索的步数倍数), 1 to [`Rules::SEARCH_MAX`].
    pub search: u32,
    /// Days on which nobody is visited, exceptions aside (安静期).
    pub quiet: Vec<QuietRule>,
}

impl Rules {
    /// Most that [`Rules::search`] can be.
    pub const SEARCH_MAX: u32 = 100;
}

/// Says what happens to entities that carry no code at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WithoutId {
    /// Such a row is an error: the office has to decide.
    #[default]
    Refuse,
    /// Such a row is left out of every frame and listed.
    LeaveOut,
}

/// Holds the rules for teams (检查组) and their days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRules {
    /// Officers of one agency at a visit, at least 2.
    pub size: u32,
    pub agencies_per_visit_max: u32,
    /// Visits of one officer on one day.
    pub visits_per_day_max: u32,
    /// Longest way between two visits of one officer on one day, in minutes.
    pub hop_minutes_max: u32,
    /// Visits of one officer in the period, where the roster gives no cap of their own.
    pub visits_max: u32,
    /// Minutes of work that fit into half a day; a visit that needs more takes the whole day.
    pub half_day_minutes: u32,
}

/// Is a span of days with both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    pub first: Date,
    pub last: Date,
}

impl Span {
    /// Tells whether a day lies in the span.
    pub fn contains(&self, day: Date) -> bool {
        self.first <= day && day <= self.last
    }

    /// Tells whether two spans have a day in common.
    pub fn overlaps(&self, other: &Span) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

/// Is a rule about days on which nobody is visited (安静期), its reason, and what it does not bind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct QuietRule {
    pub days: RuleDays,
    pub reason: String,
    pub except: Except,
}

/// Says which days a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleDays {
    /// The days on which every entity is quiet.
    Every(QuietDays),
    /// Each entity's own quiet days, which bind without a rule too: such a rule only says what they do not bind.
    Own,
}

/// Is days on which visits do not take place: once, or again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum QuietDays {
    Once(Span),
    /// Days `first` to `last` of every month, 1 to 31 (每月1—25日); a day that a month does not have is none.
    OfMonth {
        first: u8,
        last: u8,
    },
    /// So many days of every month at least, 1 to 31, days off counted (每月20天).
    InMonth(u8),
    /// Weekdays `first` to `last`, 1 Monday to 7 Sunday (周一至周四).
    OfWeek {
        first: u8,
        last: u8,
    },
}

/// Says which duties a quiet rule does not bind: those to which any of these applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Except {
    /// Codes of tasks, sorted.
    pub tasks: Vec<String>,
    /// Tasks with an item of class [`ItemClass::Key`].
    pub key_items: bool,
    /// Credit classes of the entity, A to D and then none.
    pub classes: Vec<Option<Class>>,
    /// Special registers of the entity, sorted.
    pub tags: Vec<String>,
}

impl Except {
    /// Tells whether the rule binds everyone.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty() && !self.key_items && self.classes.is_empty() && self.tags.is_empty()
    }
}

/// Is a part of the year in which an entity is open (营业季): the same months of every year, or a span of days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Season {
    /// Months `first` to `last`, 1 to 12; over the turn of the year where `first` is the larger one.
    Months {
        first: u8,
        last: u8,
    },
    Once(Span),
}

/// Is a member agency of the joint conference (成员单位).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agency {
    pub code: String,
    pub name: String,
    pub short_name: String,
    /// Whether the agency leads the joint conference (牵头).
    pub leads: bool,
    /// Teams that the agency can send out on one day.
    pub teams_per_day: u32,
}

/// Is a township, sub-district or unit of that level (乡镇、街道).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Township {
    pub code: String,
    pub name: String,
    pub other_codes: Vec<String>,
    pub other_names: Vec<String>,
    /// Decimal degrees as the table writes them; nothing is computed from them.
    pub lon: String,
    pub lat: String,
}

/// Is a road between two townships, the same in both directions; `from < to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Travel {
    pub from: TownshipNo,
    pub to: TownshipNo,
    pub minutes: u32,
}

/// Is an entry of the item list (抽查事项).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    pub code: String,
    pub agency: AgencyNo,
    pub name: String,
    pub class: ItemClass,
    pub object: String,
    pub method: String,
    /// Qualification (资质) that one officer of the team must hold.
    pub qualification: Option<String>,
    pub basis: String,
    pub minutes: u32,
    /// Checks of one entity under this item in a calendar year before it leaves the frame.
    pub cap_per_year: Option<u32>,
    pub ratio_wording: String,
    pub frequency_wording: String,
}

/// Is the class of an item: general (一般检查事项) or key (重点检查事项).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemClass {
    General,
    Key,
}

/// Is an entity that can be checked (检查对象).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entity {
    /// Canonical id of any kind; empty only in [`Inputs::entities_without_id`].
    pub id: String,
    pub name: String,
    pub kind: EntityKind,
    /// Four digits of GB/T 4754, or empty where unknown.
    pub industry: String,
    pub township: TownshipNo,
    pub address: String,
    /// Credit risk class (信用风险分类), or `None` where the entity is not classified.
    pub class: Option<Class>,
    pub status: Status,
    /// Special registers (专项库), sorted.
    pub tags: Vec<String>,
    /// Public marks (经营异常, 严重违法), sorted.
    pub flags: Vec<Flag>,
    /// Days on which this entity is not to be visited, sorted.
    pub quiet: Vec<QuietDays>,
    pub registered: Option<Date>,
    /// When it is open, sorted; always where the list is empty.
    pub season: Vec<Season>,
    /// The only half-day on which it is open, `None` for both; never [`Half::WholeDay`].
    pub hours: Option<Half>,
}

/// Is the kind of an entity (市场主体类型).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKind {
    Enterprise,
    Individual,
    Cooperative,
    Institution,
    Other,
}

/// Is a credit risk class, A low to D high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    A,
    B,
    C,
    D,
}

/// Is the standing of an entity in the registry; only active ones can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    Active,
    Deregistered,
    Revoked,
    Moved,
    /// The row is marked as a second entry of an entity that stands in the registry under another id.
    Duplicate,
}

/// Is a public mark of an entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Flag {
    /// On the abnormal list, or marked so (经营异常).
    Abnormal,
    /// On the list of serious violations (严重违法失信).
    Serious,
}

/// Is a certified officer (执法检查人员).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspector {
    pub certificate: String,
    pub name: String,
    pub agency: AgencyNo,
    pub valid: Span,
    /// Whether the certificate stands; a cancelled one (注销) is valid on no day.
    pub is_valid: bool,
    /// Qualifications (资质), sorted.
    pub qualifications: Vec<String>,
    /// Jurisdiction (辖区), sorted; `None` for the whole county.
    pub townships: Option<Vec<TownshipNo>>,
    pub leave: Vec<Span>,
    /// Visits in the period, where the office has set a cap of their own.
    pub visits_max: Option<u32>,
    pub expert: bool,
}

/// Is a planned task (抽查任务): which entities, how many, for which items, by which agencies, when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub code: String,
    pub name: String,
    pub kind: TaskKind,
    /// Whether the task aims at a named kind of entity (定向) or at all of them (不定向).
    pub directed: bool,
    pub lead: AgencyNo,
    pub partners: Vec<Partner>,
    /// Items, sorted; each belongs to the lead or to a partner.
    pub items: Vec<ItemNo>,
    pub scope: Scope,
    pub rates: Rates,
    /// The plan's own words for the rate.
    pub wording: String,
    pub window: Span,
    /// Coordination group (协调组): tasks of one group share their tickets.
    pub group: String,
    pub balls: Balls,
    /// Whether entities that earlier tasks of the group have drawn stand behind the others.
    pub spread: bool,
    /// Whether the visit is never merged with those of other tasks (单独入户).
    pub separate: bool,
}

/// Is the kind of a task: single agency, joint (部门联合抽查) or one industry checked at once (一业同查).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TaskKind {
    Joint,
    Single,
    Industry,
}

/// Is an agency that takes part (配合部门) and the share of the sample that it attends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partner {
    pub agency: AgencyNo,
    /// `None` for all of it; a share is nested: it takes the smallest tickets of each stratum.
    pub share: Option<Rate>,
}

/// Is the scope of a task; every list that is not empty must match, within a list any entry does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Prefixes of GB/T 4754 codes, 2 to 4 digits.
    pub industries: Vec<String>,
    pub kinds: Vec<EntityKind>,
    pub tags: Vec<String>,
    pub townships: Vec<TownshipNo>,
    /// Credit classes; `None` stands for entities without one.
    pub classes: Vec<Option<Class>>,
}

/// Is how much of a frame is drawn: one rate for all, or one for each class that is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rates {
    All(Rate),
    /// `None` stands for entities without a class.
    ByClass(Vec<(Option<Class>, Rate)>),
}

/// Is how many urn balls an entity has, 1 to 8.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Balls {
    All(u8),
    /// Classes that are not named have one ball.
    ByClass(BTreeMap<Class, u8>),
}

/// Is a conflict of interest (回避): one officer or a whole agency stays away from an entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recusal {
    pub who: Recused,
    pub entity: EntityNo,
    pub reason: String,
    pub until: Option<Date>,
}

/// Is who stays away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recused {
    Agency(AgencyNo),
    Inspector(InspectorNo),
}

/// Is a visit of an earlier period (检查台账).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PastVisit {
    /// Id of the entity, which may have left the registry since.
    pub entity: String,
    pub agency: AgencyNo,
    pub date: Date,
    /// Whether the visit counts toward the caps.
    pub counts: bool,
    pub items: Vec<ItemNo>,
    /// Certificate numbers of the officers, who may have left the roster since.
    pub inspectors: Vec<String>,
    pub result: String,
}

/// Is a day that differs from the week's pattern: a holiday, or a weekend day that is worked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SpecialDay {
    pub date: Date,
    pub is_off: bool,
    pub name: String,
    pub source: String,
}

/// Is a stratum (层) of a task's frame with the numbers that are fixed before the draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stratum {
    pub task: TaskNo,
    pub name: StratumName,
    /// The stratum's entities, strictly increasing by id.
    pub frame: Vec<EntityNo>,
    /// Balls of each entity of `frame`, or empty where every entity has `balls_all`.
    pub balls: Vec<u8>,
    /// The number of balls that all entities have, or `None` where they differ.
    pub balls_all: Option<u8>,
    /// Sample size n, at most the frame's length.
    pub size: u32,
    /// The size that the plan asked for, before it was cut to the frame.
    pub wanted: u32,
    pub reserve: u32,
}

/// Is the name of a stratum: the whole frame, or one class (`None`: without a class).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StratumName {
    All,
    Class(Option<Class>),
}

/// Is why an entity can not be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exclusion {
    /// In no task, because of its standing.
    Status(Status),
    /// In no task, because it has no code.
    NoId,
    /// In the scope of no task.
    OutOfScope,
    /// In the task's scope, but the plan gives its class no rate.
    ClassWithoutRate,
    /// Visited as often this year as the rules allow.
    VisitCap,
    /// Checked under this item of the task as often this year as the item allows.
    ItemCap(ItemNo),
}

impl Exclusion {
    /// Returns the stable reason code (protocol §7).
    pub fn code(self) -> &'static str {
        match self {
            Exclusion::Status(status) => status.word(),
            Exclusion::NoId => "no-id",
            Exclusion::OutOfScope => "out-of-scope",
            Exclusion::ClassWithoutRate => "class-without-rate",
            Exclusion::VisitCap => "visit-cap",
            Exclusion::ItemCap(_) => "item-cap",
        }
    }
}

/// Is one row of the list of entities that can not be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excluded {
    /// The entity's id, or empty without one.
    pub entity: String,
    pub name: String,
    /// The task, or `None` for all of them.
    pub task: Option<TaskNo>,
    pub why: Exclusion,
}

/// Holds what is sealed before the draw: frames, sizes and exclusions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frames {
    /// By task, then by stratum.
    pub strata: Vec<Stratum>,
    pub excluded: Vec<Excluded>,
}

/// Is one agency's part of one task at one entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    pub task: TaskNo,
    pub entity: EntityNo,
    pub agency: AgencyNo,
    /// The agency's own items of the task, sorted.
    pub items: Vec<ItemNo>,
}

/// Is a visit (一次检查): one entity, one date, all agencies due there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// The entity's id; a second visit of the period is `<id>/2`.
    pub id: String,
    pub entity: EntityNo,
    pub date: Date,
    pub half: Half,
    pub tasks: Vec<TaskNo>,
    pub items: Vec<ItemNo>,
    /// One team for each agency, by agency.
    pub teams: Vec<Team>,
    /// The agency that leads the door: the lead of the visit's first task.
    pub lead: AgencyNo,
}

/// Is the part of the day that a visit takes (时段).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    Morning,
    Afternoon,
    WholeDay,
}

/// Is an agency's team (检查组) at a visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub agency: AgencyNo,
    /// The visit whose key gave the tickets: the outing's visit that sorts first.
    pub drawn_for: String,
    /// By ticket.
    pub seats: Vec<Seat>,
}

/// Is one officer of a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub inspector: InspectorNo,
    /// Rank of the officer's ticket among all who were eligible, from 1.
    pub rank: u32,
    pub ticket: crate::lottery::Ticket,
}

/// Is one visit that is not made because its entity can not be checked, and who steps in (递补, protocol §17.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Substitution {
    /// The visit as it stood until then.
    pub visit: Visit,
    /// Every task of the visit, in order, with the entity that steps in; `None` where the stratum's reserve is used up.
    pub tasks: Vec<(TaskNo, Option<EntityNo>)>,
}

/// Is a duty that the plan could not place, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unplaced {
    pub task: TaskNo,
    pub entity: EntityNo,
    pub agency: AgencyNo,
    /// Stable reason code in kebab case.
    pub reason: &'static str,
    /// What is short, for people; empty where nothing is.
    pub detail: Text,
}

/// Is one price in the proof that no other teams have more even loads, or as even ones and smaller tickets (势, protocol
/// §9.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Potential {
    pub agency: AgencyNo,
    /// Visits in each outing of the flow that the price belongs to, 2 or 1.
    pub visits: u32,
    pub holder: Holder,
    /// `None` for an officer who could join none of the flow's outings.
    pub price: Option<u64>,
    /// Prices of an outing's gates; `None` for an officer, and for a gate that is not there or that nobody could pass.
    pub one: Option<u64>,
    pub other: Option<u64>,
    /// Visits that an officer keeps back from double outings.
    pub kept: u32,
}

/// Is who a price belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    Officer(InspectorNo),
    /// The outing's visit that sorts first.
    Outing(String),
}

/// Holds the whole plan of a period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub frames: Frames,
    /// One sample for each stratum of `frames.strata`.
    pub samples: Vec<Sample>,
    /// By id.
    pub visits: Vec<Visit>,
    pub unplaced: Vec<Unplaced>,
    /// By agency, visits in the outings, officers before outings.
    pub potentials: Vec<Potential>,
}
