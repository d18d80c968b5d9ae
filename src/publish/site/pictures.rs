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
    let circles: Vec<Circle> = spots
        .iter()
        .map(|spot| Circle {
            x: MARGIN + (spot.lon - west) * 5 / 6 * scale / 1_000_000,
            y: MAP_HEIGHT as i64 - MARGIN - (spot.lat - south) * scale / 1_000_000,
            radius: (spot.value * RADIUS_MAX * RADIUS_MAX / most).isqrt().max(2) as i64,
        })
        .collect();
    for Circle { x, y, radius } in &circles {
        push(
            &mut svg,
            format_args!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{BAR}\" fill-opacity=\"0.55\"/>"),
        );
    }
    let labels: Vec<String> = spots.iter().map(|spot| format!("{} {}", spot.label, spot.value)).collect();
    for ((circle, label), place) in circles.iter().zip(&labels).zip(places(&circles, &labels)) {
        let (Circle { x, y, .. }, (left, top)) = (circle, place);
        let (middle, baseline) = (left + width(label) / 2, top + LABEL_HEIGHT - 4);
        if (middle - x).abs() > width(label) / 2 || !(top..=top + LABEL_HEIGHT).contains(y) {
            let end = if *y > top { top + LABEL_HEIGHT } else { top };
            let to = (*x).clamp(left, left + width(label));
            push(&mut svg, format_args!("<path d=\"M{x} {y}L{to} {end}\" stroke=\"#667\" stroke-width=\"0.7\"/>"));
        }
        push(
            &mut svg,
            format_args!(
                "<text x=\"{middle}\" y=\"{baseline}\" text-anchor=\"middle\" font-size=\"12\">{}</text>",
                escape(label)
            ),
        );
    }
    close(svg)
}

/// Is a circle of a map, in pixels.
struct Circle {
    x: i64,
    y: i64,
    radius: i64,
}

/// Height of a map's label in pixels.
const LABEL_HEIGHT: i64 = 16;

/// Returns the width that a label takes at 12 pixels, rather too much than too little: a Chinese character takes all of
/// its square, any other at most two thirds.
fn width(label: &str) -> i64 {
    label.chars().map(|c| if c.is_ascii() { 8 } else { 12 }).sum::<i64>() + 4
}

/// Finds a left upper corner for each label, so that none lies on another: nearest to its circle first, rather where it
/// covers no other circle, the labels of the large circles before those of the small ones.
fn places(circles: &[Circle], labels: &[String]) -> Vec<(i64, i64)> {
    let mut order: Vec<usize> = (0..circles.len()).collect();
    order.sort_by_key(|at| (-circles[*at].radius, *at));
    let mut placed: Vec<Option<(i64, i64)>> = vec![None; circles.len()];
    for at in order {
        let (circle, wide) = (&circles[at], width(&labels[at]));
        let is_inside = |&(left, top): &(i64, i64)| {
            left >= 2 && left + wide <= WIDTH as i64 - 2 && top >= 32 && top + LABEL_HEIGHT <= MAP_HEIGHT as i64 - 2
        };
        let is_free = |&(left, top): &(i64, i64)| {
            placed.iter().zip(labels).all(|(other, label)| {
                other.is_none_or(|(x, y)| {
                    left >= x + width(label) || x >= left + wide || (top - y).abs() >= LABEL_HEIGHT
                })
            })
        };
        let covers_none = |&(left, top): &(i64, i64)| {
            circles.iter().enumerate().all(|(other, Circle { x, y, radius })| {
                let (dx, dy) = (x - (*x).clamp(left, left + wide), y - (*y).clamp(top, top + LABEL_HEIGHT));
                other == at || dx * dx + dy * dy >= radius * radius
            })
        };
        let free = || around(circle, wide).filter(is_inside).filter(is_free);
        let near = free().take(NEAR).find(covers_none);
        // Where all room is taken, labels would lie on each other whatever is done; a county leaves some.
        placed[at] = near.or_else(|| free().next()).or(Some((circle.x - wide / 2, circle.y - LABEL_HEIGHT / 2)));
    }
    placed.into_iter().map(|place| place.unwrap_or_default()).collect()
}

/// Free places that are looked at for one that covers no circle, before the nearest is taken.
const NEAR: usize = 40;

/// Lists corners for a label of this width around a circle, the nearest ring first; the first lies on the circle itself.
fn around(circle: &Circle, wide: i64) -> impl Iterator<Item = (i64, i64)> {
    let (x, y, high) = (circle.x - wide / 2, circle.y - LABEL_HEIGHT / 2, LABEL_HEIGHT / 2 + 1);
    let radius = circle.radius;
    let ring = move |ring: i64| {
        let (down, side) = (radius + high + ring * 8, radius + wide / 2 + 2 + ring * 10);
        [
            (x, y + down),
            (x, y - down),
            (x + side, y),
            (x - side, y),
            (x + side, y + down),
            (x - side, y + down),
            (x + side, y - down),
            (x - side, y - down),
        ]
    };
    // A label fits on a large circle, where it needs no line.
    let on_it = (wide <= 2 * radius + 24).then_some((x, y));
    on_it.into_iter().chain((0..40).flat_map(ring))
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
