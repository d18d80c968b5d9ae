//! The themes of the year's plan (抽查计划): who checks whom, how often and for what.

mod credit;
mod industries;
mod joint;

/// One theme, which becomes one task per run.
pub(super) struct Theme {
    pub name: &'static str,
    /// `industry` (一业同查), `joint` (部门联合).
    pub kind: &'static str,
    /// Scope columns of the task: `tags=…`, `kinds=…`, `industries=…`, blanks between columns, `;` between values.
    pub scope: &'static str,
    /// Agencies, the lead first, `|` between them: code, share of the sample, `:` and words of the wanted items (`,` between
    /// them; none means any item of the agency).
    pub agencies: &'static str,
    /// Tasks per quarter, none or one each.
    pub runs: [u32; 4],
    /// Weight of one run in the year's total, or a rate.
    pub size: Size,
    /// Further columns: `group=…`, `spread=yes`, `balls=…`, `separate=yes`, `undirected`, `late` (second half of a quarter).
    pub options: &'static str,
}

/// Says how many entities a theme's tasks draw.
pub(super) enum Size {
    /// A weight; the counts of all weighed tasks make up what the rates leave of the year's total.
    Weight(u32),
    /// A rate as the table writes it; replaced by the count it gives where later quarters could change that count.
    Rate(&'static str),
}

const fn theme(
    name: &'static str,
    scope: &'static str,
    agencies: &'static str,
    runs: [u32; 4],
    size: Size,
    options: &'static str,
) -> Theme {
    Theme { name, kind: "joint", scope, agencies, runs, size, options }
}

const fn industry(
    name: &'static str,
    scope: &'static str,
    agencies: &'static str,
    runs: [u32; 4],
    size: Size,
    options: &'static str,
) -> Theme {
    Theme { name, kind: "industry", scope, agencies, runs, size, options }
}

/// Returns all themes in the order of the plan.
pub(super) fn all() -> Vec<&'static Theme> {
    credit::THEMES.iter().chain(industries::THEMES).chain(joint::THEMES).collect()
}
