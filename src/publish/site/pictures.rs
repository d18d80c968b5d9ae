//! Pictures of a plan as SVG, drawn in integers: the same plan gives the same bytes everywhere.

use std::fmt::Write;

/// Width of every picture in pixels.
pub const WIDTH: u64 = 720;

const FONT: &str = "font-family=\"sans-serif\" font-size=\"13\" fill=\"#1c2733\"";
const BAR: &str = "#0b5394";

/// Is one column, bar or place of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub label: String,
    pub value: u64,
}

/// Draws upright columns, each with its label below and its value above.
pub fn columns(title: &str, values: &[Value]) -> String {
    const HEIGHT: u64 = 300;
    const FLOOR: u64 = 260;
    const TOP: u64 = 50;
    let most = most(values);
    let pitch = (WIDTH - 20) / (values.len() as u64).max(1);
    let mut svg = open(title, HEIGHT);
    for (at, Value { label, value }) in (0u64..).zip(values) {
        let height = value * (FLOOR - TOP) / most;
        let (x, y, width) = (10 + at * pitch, FLOOR - height, (pitch * 3 / 4).max(1));
        let middle = x + width / 2;
        push(
            &mut svg,
            format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{BAR}\"/>"),
        );
        push(&mut svg, format_args!("<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{value}</text>", y - 5));
        let label = escape(label);
        push(&mut svg, format_args!("<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{label}</text>", FLOOR + 18));
    }
    close(svg)
}

/// Draws lying bars below each other, each with its label before and its value behind.
pub fn bars(title: &str, values: &[Value]) -> String {
    const LEFT: u64 = 220;
    let most = most(values);
    let mut svg = open(title, bars_height(values.len()));
    for (at, Value { label, value }) in (0u64..).zip(values) {
        let (y, width) = (44 + at * 26, value * (WIDTH - LEFT - 80) / most);
        let (baseline, behind) = (y + 14, LEFT + width + 6);
        let label = escape(label);
        push(&mut svg, format_args!("<text x=\"{}\" y=\"{baseline}\" text-anchor=\"end\">{label}</text>", LEFT - 8));
        push(&mut svg, format_args!("<rect x=\"{LEFT}\" y=\"{y}\" width=\"{width}\" height=\"18\" fill=\"{BAR}\"/>"));
        push(&mut svg, format_args!("<text x=\"{behind}\" y=\"{baseline}\">{value}</text>"));
    }
    close(svg)
}

/// Returns the height of a picture of so many lying bars.
pub fn bars_height(bars: usize) -> u64 {
    60 + 26 * bars as u64
}

/// Is a place of a map: where it lies in millionths of a degree, its name and how much happens there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub lon: i64,
    pub lat: i64,
    pub label: String,
    pub value: u64,
}

/// Height of a map in pixels.
pub const MAP_HEIGHT: u64 = 560;

/// Draws a map of circles whose areas are as their values.
pub fn map(title: &str, spots: &[Spot]) -> String {
    const MARGIN: i64 = 70;
    const RADIUS_MAX: u64 = 30;
    let mut svg = open(title, MAP_HEIGHT);
    let bounds = |of: fn(&Spot) -> i64| {
        let least = spots.iter().map(of).min().unwrap_or(0);
        (least, (spots.iter().map(of).max().unwrap_or(0) - least).max(1))
    };
    let ((west, wide), (south, high)) = (bounds(|spot| spot.lon), bounds(|spot| spot.lat));
    // A degree of longitude is shorter than one of latitude, by 5/6 in the middle of China; one scale serves both.
    let scale = ((WIDTH as i64 - 2 * MARGIN) * 1_000_000 / (wide * 5 / 6).max(1))
        .min((MAP_HEIGHT as i64 - 2 * MARGIN) * 1_000_000 / high);
    let most = spots.iter().map(|spot| spot.value).max().unwrap_or(0).max(1);
    for spot in spots {
        let x = MARGIN + (spot.lon - west) * 5 / 6 * scale / 1_000_000;
        let y = MAP_HEIGHT as i64 - MARGIN - (spot.lat - south) * scale / 1_000_000;
        let radius = (spot.value * RADIUS_MAX * RADIUS_MAX / most).isqrt().max(2);
        let (label, value) = (escape(&spot.label), spot.value);
        push(
            &mut svg,
            format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{BAR}\" fill-opacity=\"0.55\"/>"),
        );
        push(&mut svg, format_args!("<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{label} {value}</text>", y + 5));
    }
    close(svg)
}

/// Reads decimal degrees as millionths without a float; `None` for what is no such number.
pub fn micro_degrees(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    if part.len() > 6 || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let part: i64 = format!("{part:0<6}").parse().ok()?;
    (0..=180).contains(&whole).then_some(whole * 1_000_000 + part)
}

fn most(values: &[Value]) -> u64 {
    values.iter().map(|value| value.value).max().unwrap_or(0).max(1)
}

fn open(title: &str, height: u64) -> String {
    let title = escape(title);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\">\n<title>{title}</title>\n\
         <rect width=\"{WIDTH}\" height=\"{height}\" fill=\"#ffffff\"/>\n<g {FONT}>\n\
         <text x=\"10\" y=\"24\" font-size=\"16\" font-weight=\"bold\">{title}</text>\n"
    )
}

fn close(mut svg: String) -> String {
    svg.push_str("</g>\n</svg>\n");
    svg
}

fn push(svg: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(svg, "{line}").expect("a string takes all text");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
