//! The site's page of results (抽查结果公示): what the notice's workbook holds, beside the pages of the plan.

use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};

use super::workbooks::notice;
use crate::files::freeze::File;
use crate::plan::model::{Inputs, Plan};
use crate::plan::results::Records;

/// Name of the page.
pub const PAGE: &str = "results.html";

/// Writes the page and the workbook that it offers, as files of the site.
pub fn write(inputs: &Inputs, plan: &Plan, records: &Records) -> Vec<File> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| AutoEscape::Html);
    env.add_template(PAGE, include_str!("results.html")).expect("the template is tested");
    let table = notice::rows(inputs, plan, records);
    let values = context! {
        region => inputs.rules.region,
        period => inputs.rules.period,
        headings => notice::headings(),
        rows => table,
    };
    let page = env.get_template(PAGE).and_then(|template| template.render(values));
    let page = page.expect("the template uses only what its page holds");
    vec![
        File { path: PAGE.to_owned(), bytes: page.into_bytes() },
        File { path: "results.xlsx".to_owned(), bytes: notice::write(inputs, plan, records) },
    ]
}
