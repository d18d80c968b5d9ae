//! What has to be staffed and dated: the frozen input of the stages.

/// Holds everything the stages may look at (排班问题); all cross-references are positions in these lists.
///
/// Rows may come in any order: the stages sort agencies, officers, sites and duties by id first, so a different
/// order of the same rows gives the same plan. Only the numbers of qualifications, townships and days are the
/// caller's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    pub rules: Rules,
    /// Working days in date order, 1 to [`DaySet::DAYS_MAX`].
    pub days: Vec<Day>,
    /// Minutes from township to township, a square table with 0 on its diagonal.
    pub travel: Vec<Vec<u32>>,
    pub agencies: Vec<Agency>,
    pub items: Vec<Item>,
    pub officers: Vec<Officer>,
    pub sites: Vec<Site>,
    pub duties: Vec<Duty>,
}

/// Holds the rules that bind every team and visit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Officers of one agency at one visit, at least 1; the law asks for two (行政处罚法 §42).
    pub team_size: u32,
    /// Agencies at one door, at least 1.
    pub agencies_per_visit_max: u32,
    /// Visits of one officer on one day, at least 1; a day has two half-days, so more than 2 means 2.
    pub visits_per_day_max: u32,
    /// Minutes between two townships that one officer may visit on one day.
    pub hop_minutes_max: u32,
    /// Times the usual number of steps that the search for dates takes, at least 1.
    pub search: u32,
}

/// Is one working day (工作日).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Number of the week; days of one week share it, and it never falls from one day to the next.
    pub week: u32,
    /// 1 Monday to 7 Sunday.
    pub weekday: u8,
}

/// Is one member agency (成员单位).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agency {
    pub id: String,
    /// Visits that the agency can attend on one day, at least 1 (teams or cars).
    pub teams_per_day_max: u32,
}

/// Is one item of the item list (抽查事项).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Item {
    pub agency: u32,
    /// Qualification that one officer of the team must hold.
    pub skill: Option<u32>,
}

/// Is one officer of the registry (执法检查人员).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Officer {
    /// Certificate number, under which the officer holds tickets.
    pub id: String,
    pub agency: u32,
    /// Qualifications, strictly increasing.
    pub skills: Vec<u32>,
    /// Townships of the officer's jurisdiction, strictly increasing; `None` is everywhere.
    pub townships: Option<Vec<u32>>,
    /// Days on which the certificate is valid, leave aside.
    pub certificate: DaySet,
    /// Days on which the officer is there: certificate valid and not on leave.
    pub days: DaySet,
    /// Visits in the period.
    pub visits_max: u32,
    /// Visits of the year so far, carried over.
    pub prior: u32,
}

/// Is one entity to visit (检查对象).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Site {
    pub id: String,
    pub township: u32,
    /// Half-days that a visit takes, 1 or 2.
    pub halfdays: u32,
    /// The only half-day on which it is open, 0 morning or 1 afternoon; `None` for both. A visit of two half-days then
    /// has no day.
    pub half: Option<u8>,
    /// Days on which it may be visited.
    pub open: DaySet,
    /// Officers who must not come, strictly increasing: recused (回避), or of the agency's last team there.
    pub barred: Vec<u32>,
}

/// Is one agency's part of one task at one site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Duty {
    pub site: u32,
    pub agency: u32,
    /// Positions in `items`, all of this agency.
    pub items: Vec<u32>,
    pub first_day: u32,
    pub last_day: u32,
    /// Days of the window on which it must not be done, such as quiet ones that bind this duty.
    pub closed: DaySet,
    /// Whether it needs a visit of its own, which nobody else joins.
    pub separate: bool,
}

/// Is a set of days by position, up to [`DaySet::DAYS_MAX`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DaySet([u64; WORDS]);

const WORDS: usize = 6;

impl DaySet {
    /// Days that a set can hold: more than a year's.
    pub const DAYS_MAX: u32 = 64 * WORDS as u32;

    /// Makes the set without a day.
    pub const fn empty() -> DaySet {
        DaySet([0; WORDS])
    }

    /// Makes the set of the days `first..=last`, which is empty where `first` is larger than `last`.
    ///
    /// # Panics
    /// If `last` does not fit the set.
    pub fn span(first: u32, last: u32) -> DaySet {
        let mut days = DaySet::empty();
        for day in first..=last {
            days.insert(day);
        }
        days
    }

    /// Adds one day.
    ///
    /// # Panics
    /// If the day does not fit the set.
    pub fn insert(&mut self, day: u32) {
        assert!(day < DaySet::DAYS_MAX, "day {day} does not fit a set of {} days", DaySet::DAYS_MAX);
        self.0[day as usize / 64] |= 1 << (day % 64);
    }

    /// Takes one day out.
    pub fn remove(&mut self, day: u32) {
        if day < DaySet::DAYS_MAX {
            self.0[day as usize / 64] &= !(1 << (day % 64));
        }
    }

    /// Tells whether a day is in the set.
    pub fn contains(&self, day: u32) -> bool {
        day < DaySet::DAYS_MAX && self.0[day as usize / 64] >> (day % 64) & 1 == 1
    }

    /// Returns 64 of the days, from `64 * at` on.
    pub(super) fn word(&self, at: usize) -> u64 {
        self.0[at]
    }

    /// Counts the days.
    pub fn len(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Tells whether no day is in the set.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; WORDS]
    }

    /// Returns the days in both sets.
    pub fn and(&self, other: &DaySet) -> DaySet {
        DaySet(std::array::from_fn(|i| self.0[i] & other.0[i]))
    }

    /// Returns the days that the other set does not hold.
    pub fn without(&self, other: &DaySet) -> DaySet {
        DaySet(std::array::from_fn(|i| self.0[i] & !other.0[i]))
    }

    /// Returns the days in either set.
    pub fn or(&self, other: &DaySet) -> DaySet {
        DaySet(std::array::from_fn(|i| self.0[i] | other.0[i]))
    }

    /// Lists the days in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().enumerate().flat_map(|(at, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                (rest != 0).then(|| {
                    let bit = rest.trailing_zeros();
                    rest &= rest - 1;
                    at as u32 * 64 + bit
                })
            })
        })
    }
}

impl FromIterator<u32> for DaySet {
    fn from_iter<I: IntoIterator<Item = u32>>(days: I) -> DaySet {
        let mut set = DaySet::empty();
        days.into_iter().for_each(|day| set.insert(day));
        set
    }
}
