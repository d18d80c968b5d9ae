//! The site's page of results (抽查结果公示): what the notice's workbook holds, beside the pages of the plan.

use minijinja::context;

use super::site::environment;
use super::workbooks::notice;
use crate::files::store::bundle::File;
use crate::plan::model::{Inputs, Plan};
use crate::plan::results::Records;

/// Name of the page.
pub const PAGE: &str = "results.html";

/// Page of a site whose head and menu the page of results takes over.
pub const SIBLING: &str = "list.html";

/// Writes the page and the workbook that it offers, as files of the site; `None` if `sibling`, the text of the site's
/// page [`SIBLING`], is no page of this program.
pub fn write(inputs: &Inputs, plan: &Plan, records: &Records, sibling: &str) -> Option<Vec<File>> {
    const MAIN: &str = "<main id=\"main\">\n";
    let (head, _) = sibling.split_once(MAIN)?;
    let (before, title) = head.split_once("<title>")?;
    let (_, after) = title.split_once("</title>")?;
    let mut env = environment();
    env.add_template(PAGE, include_str!("results.html")).expect("the template is tested");
    let values = context! { headings => notice::headings(), rows => notice::rows(inputs, plan, records) };
    let body = env.get_template(PAGE).and_then(|template| template.render(values));
    let body = body.expect("the template uses only what its page holds");
    let period = &inputs.rules.period;
    let page = format!(
        "{before}<title>{period} 双随机、一公开 · 抽查结果</title>{after}{MAIN}{body}</main>\n</body>\n</html>\n"
    );
    Some(vec![
        File { path: PAGE.to_owned(), bytes: linked(&page).into_bytes() },
        File { path: "results.xlsx".to_owned(), bytes: notice::write(inputs, plan, records) },
    ])
}

/// Shows the entry of a page's menu that leads to the results, which stands there hidden until there are any.
pub fn linked(page: &str) -> String {
    page.replace("<li data-results hidden>", "<li data-results>")
}
