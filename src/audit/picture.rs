//! The picture of a simulation as SVG: for each row what was expected and what came.

use std::fmt::Write;

/// Is one row of the picture, in the unit of its axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub label: String,
    /// Where a fair lottery stays, drawn as a pale bar.
    pub band: Option<(f64, f64)>,
    /// What came, from the least to the most, drawn as a line.
    pub least: f64,
    pub most: f64,
    /// The mean, drawn as a tick.
    pub middle: f64,
}

const WIDTH: u32 = 900;
const LEFT: u32 = 170;
const RIGHT: u32 = 60;
const ROW: u32 = 22;
const TOP: u32 = 56;

/// Draws one row for each span, all on one axis from 0.
pub fn spans(title: &str, rows: &[Span]) -> String {
    let ends = rows.iter().map(|row| row.band.map_or(row.most, |(_, high)| high.max(row.most)));
    let most = ends.fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let at = |value: f64| f64::from(LEFT) + value / most * f64::from(WIDTH - LEFT - RIGHT);
    let height = TOP + ROW * rows.len() as u32 + 20;
    let title = escape(title);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\">\n<title>{title}</title>\n<rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n\
         <g font-family=\"sans-serif\" font-size=\"12\" fill=\"#1c2733\">\n\
         <text x=\"10\" y=\"22\" font-size=\"14\" font-weight=\"bold\">{title}</text>\n\
         <text x=\"10\" y=\"42\">浅色：公平时的范围 / pale: where a fair lottery stays; \
         线：最少至最多 / line: least to most; 竖：平均 / tick: mean</text>\n"
    );
    for (place, row) in (0u32..).zip(rows) {
        let y = TOP + ROW * place;
        let middle = y + 9;
        push(
            &mut svg,
            format_args!("<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>", LEFT - 8, y + 13, escape(&row.label)),
        );
        if let Some((low, high)) = row.band {
            let (x, width) = (at(low), at(high) - at(low));
            push(
                &mut svg,
                format_args!("<rect x=\"{x:.1}\" y=\"{y}\" width=\"{width:.1}\" height=\"18\" fill=\"#cfe2f3\"/>"),
            );
        }
        let (from, to, tick) = (at(row.least), at(row.most), at(row.middle));
        push(
            &mut svg,
            format_args!(
                "<line x1=\"{from:.1}\" x2=\"{to:.1}\" y1=\"{middle}\" y2=\"{middle}\" stroke=\"#0b5394\" stroke-width=\"4\"/>"
            ),
        );
        let bottom = y + 18;
        push(
            &mut svg,
            format_args!(
                "<line x1=\"{tick:.1}\" x2=\"{tick:.1}\" y1=\"{y}\" y2=\"{bottom}\" stroke=\"#990000\" stroke-width=\"2\"/>"
            ),
        );
        push(
            &mut svg,
            format_args!("<text x=\"{:.1}\" y=\"{}\">{}</text>", to.max(tick) + 6.0, y + 13, Short(row.most)),
        );
    }
    svg.push_str("</g>\n</svg>\n");
    svg
}

/// Writes a whole number without places and any other with two.
struct Short(f64);

impl std::fmt::Display for Short {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.fract() == 0.0 { write!(f, "{:.0}", self.0) } else { write!(f, "{:.2}", self.0) }
    }
}

fn push(svg: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(svg, "{line}").expect("a string takes all text");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
