//! The headings that are known, and their list in data/README.md.

use std::path::Path;

use fairdraw::files::tables::columns::{LAYOUTS, bare};

const BEGIN: &str = "<!-- headings: written by tests/readers/headings.rs -->\n";
const END: &str = "<!-- end of headings -->";

// Without this test the list that people read could lack a heading that the program knows. FAIRDRAW_BLESS=1 writes it.
#[test]
fn the_documented_headings_are_those_of_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/README.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let start = text.find(BEGIN).expect("the list begins") + BEGIN.len();
    let end = start + text[start..].find(END).expect("the list ends");
    let list = list();
    if std::env::var_os("FAIRDRAW_BLESS").is_some() {
        std::fs::write(&path, format!("{}{list}{}", &text[..start], &text[end..])).unwrap();
        return;
    }
    assert_eq!(&text[start..end], list);
}

fn list() -> String {
    let mut list = String::new();
    for layout in LAYOUTS {
        list += &format!("\n{} {}\n\n", layout.name, layout.chinese);
        for column in layout.columns {
            list += &format!("- `{}`: {}\n", column.name, column.chinese.join("、"));
        }
    }
    list + "\n"
}

// Without this test a heading in the table could be one that no file can ever match, or mean two columns at once.
#[test]
fn every_heading_is_bare_and_means_one_column() {
    for layout in LAYOUTS {
        for (at, column) in layout.columns.iter().enumerate() {
            for (rank, heading) in column.chinese.iter().enumerate() {
                assert_eq!(bare(heading), *heading, "{}", layout.name);
                assert_eq!(layout.meaning_of(heading), Some((at, rank)), "{}: {heading}", layout.name);
            }
        }
    }
}
