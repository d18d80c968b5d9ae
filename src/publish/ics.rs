//! Calendar files (RFC 5545): one event for each visit, readable by every calendar program.

use jiff::civil::Date;

use crate::plan::model::Half;

/// Is one visit in a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Never the same for two events of one period.
    pub uid: String,
    pub date: Date,
    pub half: Half,
    /// Number of the last change of the visit, 0 for one as it was drawn: a calendar takes the greatest (RFC 5545, 3.8.7.4).
    pub sequence: u32,
    pub is_cancelled: bool,
    pub summary: String,
    pub location: String,
    pub description: String,
}

/// Writes a calendar. It names no clock: the stamp of every event is the first day of the period.
pub fn write(name: &str, first: Date, events: &[Event]) -> String {
    let stamp = format!("{}T000000Z", basic(first));
    let mut text = String::new();
    let head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//fairdraw//visits//ZH", "CALSCALE:GREGORIAN"];
    head.iter().for_each(|line| fold(&mut text, line));
    fold(&mut text, &format!("X-WR-CALNAME:{}", escape(name)));
    for event in events {
        // Floating times (RFC 5545, 3.3.5): the hours of whoever reads, and the whole country has one.
        let (start, end) = match event.half {
            Half::Morning => ("090000", "120000"),
            Half::Afternoon => ("143000", "173000"),
            Half::WholeDay => ("090000", "173000"),
        };
        let day = basic(event.date);
        fold(&mut text, "BEGIN:VEVENT");
        fold(&mut text, &format!("UID:{}", escape(&event.uid)));
        fold(&mut text, &format!("DTSTAMP:{stamp}"));
        fold(&mut text, &format!("DTSTART:{day}T{start}"));
        fold(&mut text, &format!("DTEND:{day}T{end}"));
        if event.sequence > 0 {
            fold(&mut text, &format!("SEQUENCE:{}", event.sequence));
        }
        if event.is_cancelled {
            fold(&mut text, "STATUS:CANCELLED");
        }
        fold(&mut text, &format!("SUMMARY:{}", escape(&event.summary)));
        fold(&mut text, &format!("LOCATION:{}", escape(&event.location)));
        fold(&mut text, &format!("DESCRIPTION:{}", escape(&event.description)));
        fold(&mut text, "END:VEVENT");
    }
    fold(&mut text, "END:VCALENDAR");
    text
}

fn basic(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

/// Escapes a text value (RFC 5545, 3.3.11).
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n")
}

/// Adds a line with CR LF, cut so that no piece has more than 75 bytes (RFC 5545, 3.1) and no character is torn.
fn fold(text: &mut String, line: &str) {
    const BYTES_MAX: usize = 75;
    let mut used = 0;
    for character in line.chars() {
        if used + character.len_utf8() > BYTES_MAX {
            text.push_str("\r\n ");
            used = 1;
        }
        text.push(character);
        used += character.len_utf8();
    }
    text.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A calendar program refuses the whole file for one line that is too long or one comma that is not escaped.
    #[test]
    fn lines_are_short_and_texts_escaped() {
        let event = Event {
            uid: "2024Q1-1".to_owned(),
            date: jiff::civil::date(2024, 3, 1),
            half: Half::Afternoon,
            sequence: 0,
            is_cancelled: false,
            summary: "检查, 一户; 两部门".to_owned(),
            location: "地址".repeat(40),
            description: "一\n二".to_owned(),
        };
        let text = write("日历", jiff::civil::date(2024, 1, 1), &[event]);
        assert!(text.split("\r\n").all(|line| line.len() <= 75));
        assert!(text.contains("SUMMARY:检查\\, 一户\\; 两部门\r\n"));
        assert!(text.contains("DTSTART:20240301T143000\r\nDTEND:20240301T173000\r\n"));
        assert!(text.contains("DESCRIPTION:一\\n二\r\n"));
        assert!(text.replace("\r\n ", "").contains(&format!("LOCATION:{}", "地址".repeat(40))));
    }
}
