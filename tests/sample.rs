//! Samples from large registries: exact, the same bytes whatever the files look like, resumable, and verified the way back.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use fairdraw::lottery::keys::entity_label;
use fairdraw::lottery::{Entropy, Entry, Iv, Prk, Rounding, Suite, draw};
use fairdraw::scan::parquet as pages;
use fairdraw::scan::pool::Margin;
use fairdraw::scan::tally::{Batch, Sink, Values, Wrong};
use fairdraw::scan::work::{self, Settings};
use fairdraw::scan::{Job, registry};
use fairdraw::scenario::registry::{HEADINGS, Row};
use parquet::basic::{Compression, Encoding};
use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use crate::support::{files_below, run, stderr, stdout, temp};

const RATES: &str = "A=1%,B=3%,C=10%,D=30%";

/// Returns a made-up registry of some thousand rows, a few of them with ids that no standard knows.
fn rows(n: u64) -> Vec<[String; 7]> {
    let mut rows: Vec<[String; 7]> =
        fairdraw::scenario::registry(n, "tests").map(|row: Row| row.fields().map(str::to_owned)).collect();
    let odd = ["沪A-个体0001", "a,b", "say \"x\"", "411381600000123", "ZZZZZZZZZZZZZZZZZZZZZZ0", "0", "91 x", "lower"];
    for (row, id) in rows.iter_mut().step_by(97).zip(odd) {
        row[0] = id.to_owned();
        row[5] = "D".to_owned();
    }
    rows
}

fn csv(path: &Path, rows: &[[String; 7]]) {
    let mut writer = csv::Writer::from_path(path).expect("the file can be made");
    writer.write_record(HEADINGS).expect("a row");
    rows.iter().for_each(|row| writer.write_record(row).expect("a row"));
    writer.flush().expect("the file can be written");
}

/// Writes text columns as Parquet; an empty text is null where `nullable`.
fn parquet(path: &Path, rows: &[[String; 7]], properties: WriterProperties, nullable: bool, group: usize) {
    let how = if nullable { "optional" } else { "required" };
    let columns: String = HEADINGS.iter().map(|heading| format!("{how} binary {heading} (utf8);")).collect();
    let schema = Arc::new(parse_message_type(&format!("message m {{ {columns} }}")).expect("a schema"));
    let file = fs::File::create(path).expect("the file can be made");
    let mut writer = SerializedFileWriter::new(file, schema, Arc::new(properties)).expect("a writer");
    for rows in rows.chunks(group) {
        let mut group = writer.next_row_group().expect("a group");
        let mut at = 0;
        while let Some(mut column) = group.next_column().expect("a column") {
            let levels: Vec<i16> = rows.iter().map(|row| i16::from(!row[at].is_empty())).collect();
            let is_there = |row: &&[String; 7]| !nullable || !row[at].is_empty();
            let values: Vec<ByteArray> =
                rows.iter().filter(is_there).map(|row| ByteArray::from(row[at].as_str())).collect();
            let levels = nullable.then_some(&levels[..]);
            column.typed::<ByteArrayType>().write_batch(&values, levels, None).expect("values");
            column.close().expect("a column");
            at += 1;
        }
        group.close().expect("a group");
    }
    writer.close().expect("a file");
}

/// Draws through the program and returns the bundle's files.
fn sample(registry: &[&Path], out: &Path, more: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let output = attempt(registry, out, more);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
    files_below(out)
}

fn attempt(registry: &[&Path], out: &Path, more: &[&str]) -> std::process::Output {
    let mut arguments: Vec<&str> = vec!["sample"];
    arguments.extend(registry.iter().map(|path| path.to_str().expect("a path")));
    arguments.extend(["--strata", "class", "--rates", RATES, "--group", "100000.2026Q4"]);
    arguments.extend(["--seed", "s", "--reserve", "20%", "--force", "--out", out.to_str().expect("a path")]);
    arguments.extend(more);
    run(arguments)
}

fn text(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    String::from_utf8(files[name].clone()).expect("text")
}

#[test]
fn a_sample_is_the_lotterys_own() {
    // Without it the scan could draw other entities than PROTOCOL.md says, as fast as it likes.
    let kept = temp();
    let folder = kept.path();
    let rows = rows(20_000);
    csv(&folder.join("r.csv"), &rows);
    let files = sample(&[&folder.join("r.csv")], &folder.join("out"), &[]);
    let entropy = Entropy::from_seed("s").expect("a seed");
    let key = Prk::of(Suite::Dr1, &entropy).key(&entity_label("100000.2026Q4"));
    let (mut samples, mut strata) = (fairdraw::scan::write::SAMPLES_HEADING.to_owned(), String::new());
    for (class, part) in [("A", 1u32), ("B", 3), ("C", 10), ("D", 30)] {
        let ids: Vec<&String> = rows.iter().filter(|row| row[5] == class).map(|row| &row[0]).collect();
        let entry =
            |(at, id): (usize, &&String)| Entry { at: at as u32, iv: Iv::of(Suite::Dr1, id), balls: 1, behind: false };
        let frame: Vec<Entry> = ids.iter().enumerate().map(entry).collect();
        let population = frame.len() as u32;
        let n = (population * part).div_ceil(100);
        let r = n.div_ceil(5);
        let drawn = draw(&key, &frame, n, r);
        for (rank, pick) in (1..).zip(drawn.drawn.iter().chain(&drawn.reserve)) {
            let (role, id) = (if rank <= n { "S" } else { "R" }, ids[pick.at as usize]);
            let id = fairdraw::scan::write::quoted(id);
            samples += &format!("sample,{class},{rank},{role},{},{id},{n}/{population}\n", pick.place.ticket);
        }
        let cutoff = drawn.cutoff().expect("each class has some").ticket;
        strata += &format!("sample,{class},100000.2026Q4,{population},{n},{r},1,{cutoff}\n");
        let sum = ids.iter().fold(0u128, |sum, id| sum.wrapping_add(key.ticket(Iv::of(Suite::Dr1, id)).value()));
        assert!(text(&files, "frames.csv").contains(&format!("sample,{class},{population},{sum:032x}\n")), "{class}");
    }
    assert_eq!(text(&files, "samples.csv"), samples);
    assert_eq!(text(&files, "strata.csv").split_once('\n').expect("a heading").1, strata);
    assert!(
        samples.contains("\"say \"\"x\"\"\"") || samples.contains("\"a,b\""),
        "an odd id is among the drawn, else this test shows less than it says"
    );
}

#[test]
fn the_files_form_changes_no_byte() {
    // Without it the same registry would give another sample after it was sorted, parted or written by another program.
    let kept = temp();
    let folder = kept.path();
    let mut rows = rows(30_000);
    csv(&folder.join("whole.csv"), &rows);
    let expected = sample(&[&folder.join("whole.csv")], &folder.join("out"), &["--threads", "1"]);
    let check = |registry: &[&Path], more: &[&str], what: &str| {
        let found = sample(registry, &folder.join("out"), more);
        assert!(found == expected, "{what} gives another bundle");
    };
    check(&[&folder.join("whole.csv")], &["--threads", "5"], "five threads");
    // Another order, quotes everywhere, CR LF, a byte order mark, tabs.
    rows.sort_by(|a, b| a[1].cmp(&b[1]).then(b[0].cmp(&a[0])));
    let mut writer =
        csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record(HEADINGS).expect("a row");
    rows.iter().for_each(|row| writer.write_record(row).expect("a row"));
    fs::write(folder.join("quoted.csv"), writer.into_inner().expect("bytes")).expect("a file");
    check(&[&folder.join("quoted.csv")], &[], "quotes, another order");
    let terminator = csv::Terminator::CRLF;
    let mut writer = csv::WriterBuilder::new().delimiter(b'\t').terminator(terminator).from_writer(Vec::new());
    writer.write_record(HEADINGS).expect("a row");
    rows.iter().for_each(|row| writer.write_record(row).expect("a row"));
    fs::write(folder.join("tabs.csv"), writer.into_inner().expect("bytes")).expect("a file");
    check(&[&folder.join("tabs.csv")], &[], "tabs and CR LF");

    let plain = || WriterProperties::builder();
    let dictionary = plain().set_compression(Compression::SNAPPY).build();
    let pages =
        plain().set_dictionary_enabled(false).set_data_page_row_count_limit(700).set_write_batch_size(100).build();
    let v2 =
        plain().set_writer_version(WriterVersion::PARQUET_2_0).set_compression(Compression::ZSTD(Default::default()));
    let delta = |encoding| plain().set_dictionary_enabled(false).set_encoding(encoding).build();
    let forms = [
        ("dictionaries", dictionary, false),
        ("small plain pages", pages, true),
        ("second version of pages", v2.build(), true),
        ("lengths apart", delta(Encoding::DELTA_LENGTH_BYTE_ARRAY), false),
        ("prefixes shared", delta(Encoding::DELTA_BYTE_ARRAY), true),
    ];
    for (what, properties, nullable) in forms {
        parquet(&folder.join("r.parquet"), &rows, properties, nullable, 7_001);
        check(&[&folder.join("r.parquet")], &["--threads", "3"], what);
    }
    parquet(&folder.join("part-1.parquet"), &rows[..9_000], plain().build(), false, 4_000);
    csv(&folder.join("part-2.csv"), &rows[9_000..]);
    check(&[&folder.join("part-*")], &[], "two files of two formats");
}

#[test]
fn rows_without_id_and_without_rate_are_counted() {
    // Without it an entity could fall out of a frame and nobody would learn it.
    let kept = temp();
    let folder = kept.path();
    let mut rows = rows(5_000);
    for row in rows.iter_mut().skip(10).step_by(1_000) {
        row[0].clear();
    }
    for row in rows.iter_mut().skip(11).step_by(500) {
        row[5].clear();
    }
    rows[12][5] = "X,Y".to_owned();
    let (text_file, nulls) = (folder.join("r.csv"), folder.join("r.parquet"));
    csv(&text_file, &rows);
    parquet(&nulls, &rows, WriterProperties::builder().build(), true, 999);
    let refused = attempt(&[&text_file], &folder.join("out"), &[]);
    assert_eq!(refused.status.code(), Some(1));
    for row in [12, 1_012, 2_012, 3_012, 4_012] {
        assert!(stderr(&refused).contains(&format!("r.csv:{row}:")), "row {row} is named: {}", stderr(&refused));
    }
    assert!(!folder.join("out").exists());
    let files = sample(&[&text_file], &folder.join("out"), &["--without-id", "leave-out"]);
    let expected =
        "task,reason,value,rows\n*,no-id,,5\nsample,class-without-rate,N,10\nsample,class-without-rate,\"X,Y\",1\n";
    assert_eq!(text(&files, "left-out.csv"), expected);
    assert!(files == sample(&[&nulls], &folder.join("out"), &["--without-id", "leave-out"]), "null is empty");
}

#[test]
fn a_limit_that_was_too_tight_costs_a_pass_and_no_pick() {
    // Without it bad luck would end in a panic, or worse, in a sample that lacks its last ranks.
    let kept = temp();
    let folder = kept.path();
    csv(&folder.join("r.csv"), &rows(60_000));
    let text = "[sample]\nregion = \"100000\"\nperiod = \"2026Q4\"\n[[task]]\ncode = \"a\"\nstrata = \"class\"\n\
                rates = \"A 1%;B 3%;C 10%;D 30%\"\n[[task]]\ncode = \"b\"\nrates = \"77户\"\ngroup = \"B\"\n";
    let mut job = Job::parse(text).expect("a job");
    let sources = registry::open(&[folder.join("r.csv")], &mut job).expect("a registry");
    let prk = Prk::of(Suite::Dr1, &Entropy::from_seed("tight").expect("a seed"));
    let usual = work::draw(&job, &prk, &sources, &Settings::quiet()).expect("no faults");
    let none = Margin { deviations: 0, rows: 0 };
    let tight = Settings { margin: none, threads: 1, ..Settings::quiet() };
    let again = work::draw(&job, &prk, &sources, &tight).expect("no faults");
    assert!(usual.passes == 1 && again.passes > 1, "{} and {} passes", usual.passes, again.passes);
    assert_eq!(again.strata, usual.strata);
}

#[test]
fn many_tasks_read_the_registry_once() {
    // Without it a national campaign would pay for the registry once for each of its tasks, or its tasks would mix.
    let kept = temp();
    let folder = kept.path();
    let rows = rows(20_000);
    csv(&folder.join("r.csv"), &rows);
    let tasks = "[sample]\nregion = \"100000\"\nperiod = \"2026Q4\"\nreserve = \"20%\"\n\
        [[task]]\ncode = \"sample\"\nstrata = \"class\"\nrates = \"A 1%;B 3%;C 10%;D 30%\"\n\
        [[task]]\ncode = \"food\"\ngroup = \"F1\"\nrates = \"5%\"\nscope = \"industry 62*,5212;status active\"\n";
    fs::write(folder.join("tasks.toml"), tasks).expect("a file");
    let path = |name: &str| folder.join(name).to_str().expect("a path").to_owned();
    let output = run(["sample", &path("r.csv"), "--tasks", &path("tasks.toml"), "--seed", "s", "--out", &path("both")]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""), "{}", stdout(&output));
    let both = files_below(&folder.join("both"));
    let alone = sample(&[&folder.join("r.csv")], &folder.join("alone"), &[]);
    let of_sample = |files| -> Vec<String> {
        text(files, "samples.csv").lines().filter(|line| line.starts_with("sample,")).map(str::to_owned).collect()
    };
    assert_eq!(of_sample(&both), of_sample(&alone));
    let in_scope = |row: &&[String; 7]| (row[3].starts_with("62") || row[3] == "5212") && row[6] == "active";
    let population = rows.iter().filter(in_scope).count();
    assert!(population > 500, "{population} rows in scope");
    assert!(text(&both, "strata.csv").contains(&format!("food,all,100000.2026Q4.F1,{population},")));
    let out_of_scope = format!("food,out-of-scope,,{}\n", rows.len() - population);
    assert!(text(&both, "left-out.csv").contains(&out_of_scope), "{}", text(&both, "left-out.csv"));
}

#[test]
fn faults_are_told_together() {
    // Without it an office would mend one fault after the other, with an hour's scan between.
    let kept = temp();
    let folder = kept.path();
    let rows = rows(3_000);
    let across: Vec<[String; 7]> = (0..60)
        .map(|i| {
            let mut row = rows[i].clone();
            (row[0], row[5]) = (format!("{}", i % 30), if i < 30 { "A" } else { "B" }.to_owned());
            row
        })
        .collect();
    csv(&folder.join("across.csv"), &across);
    let output = run([
        "sample",
        folder.join("across.csv").to_str().expect("a path"),
        "--strata",
        "class",
        "--rates",
        "A=90%,B=90%",
        "--group",
        "100000.2026Q4",
        "--seed",
        "s",
        "--out",
        folder.join("out").to_str().expect("a path"),
    ]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    assert!(stderr(&output).matches("duplicate-id").count() >= 20, "an id in two strata is found too");

    fs::write(folder.join("ragged.csv"), "id,class\n1,A\n2\n3,B,x\n\n4,C\n").expect("a file");
    fs::write(folder.join("open.csv"), "id,class\n1,\"A\n2,B\n").expect("a file");
    fs::write(folder.join("other.csv"), "code,class\n1,A\n").expect("a file");
    let output = attempt(&[&folder.join("ragged.csv"), &folder.join("other.csv")], &folder.join("out"), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("other.csv") && stderr(&output).contains("code, class"), "{}", stderr(&output));
    for (file, places) in
        [("ragged.csv", vec!["ragged.csv:3:", "ragged.csv:4:"]), ("open.csv", vec!["a quote is opened"])]
    {
        let output = attempt(&[&folder.join(file)], &folder.join("out"), &[]);
        assert_eq!(output.status.code(), Some(1));
        for place in places {
            assert!(stderr(&output).contains(place), "{place}: {}", stderr(&output));
        }
    }
    let output =
        run(["sample", "nowhere/*.parquet", "gone.csv", "--rates", "x", "--group", "g", "--seed", "s", "--out", "o"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("nowhere/*.parquet") && stderr(&output).contains("gone.csv"));
    assert!(!folder.join("out").exists());
}

#[test]
fn a_stratum_that_is_no_text_is_a_fault_of_its_row() {
    // Without it such rows would be left out as if their class only had no rate, and rows after one without id would
    // be told under another number.
    let kept = temp();
    let folder = kept.path();
    let path = folder.join("r.csv");
    fs::write(&path, b"id,class\n1,A\n,A\n\xff\xfe,B\n3,\xc0\xd6\n4,B\n").expect("a file");
    let output = attempt(&[&path], &folder.join("out"), &["--without-id", "leave-out"]);
    assert_eq!(output.status.code(), Some(1), "{}", stdout(&output));
    let told = stderr(&output);
    assert_eq!(told.matches("not-utf8").count(), 2, "{told}");
    assert!(told.contains("r.csv:4:") && told.contains("r.csv:5:"), "{told}");
    assert!(told.contains("strata or a scope"), "{told}");
}

#[test]
fn a_damaged_parquet_file_is_a_fault() {
    // Without it one broken block on a disk would end the scan in a panic, or in a sample of fewer rows.
    let kept = temp();
    let folder = kept.path();
    let path = folder.join("r.parquet");
    parquet(&path, &rows(4_000), WriterProperties::builder().build(), true, 1_000);
    let whole = fs::read(&path).expect("the file");
    let mut refused = 0;
    for at in (4..whole.len() - 8).step_by(whole.len() / 60) {
        let mut bytes = whole.clone();
        bytes[at..(at + 3).min(whole.len())].iter_mut().for_each(|byte| *byte ^= 0x5a);
        fs::write(&path, &bytes).expect("a file");
        let output = attempt(&[&path], &folder.join("out"), &[]);
        match output.status.code() {
            Some(1) => refused += 1,
            // A changed byte of a text is another text, which nothing can tell; but no row is lost.
            Some(0) => assert!(stdout(&output).starts_with("4,000 rows read, "), "{at}: {}", stdout(&output)),
            code => panic!("damage at {at} ends in {code:?}: {}", stderr(&output)),
        }
    }
    assert!(refused > 0);
}

#[test]
fn parts_merge_to_the_same_bytes() {
    // Without it a draw that was stopped after an hour would begin again, or end with other picks.
    let kept = temp();
    let folder = kept.path();
    let rows = rows(40_000);
    let files: Vec<PathBuf> = (0..3).map(|at| folder.join(format!("r{at}.csv"))).collect();
    for (path, rows) in files.iter().zip(rows.chunks(15_000)) {
        csv(path, rows);
    }
    let paths: Vec<&Path> = files.iter().map(PathBuf::as_path).collect();
    let expected = sample(&paths, &folder.join("out"), &[]);
    let parts = folder.join("parts");
    let parts_text = parts.to_str().expect("a path").to_owned();
    let in_parts = || sample(&paths, &folder.join("out"), &["--parts", &parts_text]);
    assert!(in_parts() == expected, "parts give another bundle");
    let mut made: Vec<PathBuf> = parts.read_dir().expect("parts").map(|entry| entry.expect("a part").path()).collect();
    made.sort();
    assert_eq!(made.len(), 3);
    let merged = |what: &str| {
        let pattern = format!("{parts_text}/*.part");
        let output =
            run(["sample", "--merge", &pattern, "--force", "--out", folder.join("out").to_str().expect("a path")]);
        (output.status.code(), stderr(&output).contains(what), files_below(&folder.join("out")) == expected)
    };
    assert_eq!(merged(""), (Some(0), true, true));
    // A part that was cut is told when merging, and made again when drawing.
    let bytes = fs::read(&made[1]).expect("a part");
    fs::write(&made[1], &bytes[..bytes.len() / 2]).expect("a part");
    assert_eq!(merged("its digest is another one").0, Some(2));
    fs::remove_file(&made[0]).expect("a part");
    assert!(in_parts() == expected);
    assert_eq!(fs::read(&made[1]).expect("a part"), bytes, "the same part is made again");
    // A file that was written again is read again.
    csv(&files[2], &rows[30_000..39_000]);
    assert!(in_parts() != expected);
    // Parts under another key do not mix.
    let other = attempt(&paths[..1], &folder.join("other"), &["--parts", &parts_text, "--rounding", "nearest"]);
    assert_eq!(other.status.code(), Some(0));
    assert_eq!(merged("its tasks or its entropy are not those").0, Some(2));
}

#[test]
fn verifying_finds_what_was_changed() {
    // Without it a sample would be a claim like any other.
    let kept = temp();
    let folder = kept.path();
    let mut rows = rows(12_000);
    let registry = folder.join("r.csv");
    csv(&registry, &rows);
    let out = folder.join("out");
    let (out_text, registry_text) = (out.to_str().expect("a path"), registry.to_str().expect("a path"));
    let verify = |more: &[&str]| {
        let output = run(["verify", out_text].into_iter().chain(more.iter().copied()));
        (output.status.code(), stdout(&output).to_owned() + stderr(&output))
    };
    for form in ["csv", "parquet"] {
        sample(&[&registry], &out, &["--table", form]);
        let (code, told) = verify(&[]);
        assert!(code == Some(0) && told.contains("add --registry"), "{form}: {told}");
        let (code, told) = verify(&["--registry", registry_text, "--seed", "s"]);
        assert!(code == Some(0) && told.contains("12,000 rows of the registry"), "{form}: {told}");
        assert_eq!(verify(&["--seed", "t"]).0, Some(1), "{form}: another seed");
    }
    // Another pick, with a manifest to match.
    let files = sample(&[&registry], &out, &[]);
    let samples = text(&files, "samples.csv");
    let line = samples.lines().nth(3).expect("a pick");
    let id = line.split(',').nth(5).expect("an id");
    fs::write(out.join("samples.csv"), samples.replacen(id, "910000000000791933", 1)).expect("a file");
    let (code, told) = verify(&[]);
    assert!(code == Some(1) && told.contains("samples.csv:4:"), "{told}");
    let (code, told) = verify(&["--registry", registry_text]);
    assert!(code == Some(1) && told.contains("samples.csv:4:"), "{told}");
    // The whole sample of a registry without one of its entities that was not drawn.
    sample(&[&registry], &out, &[]);
    let last = rows.iter().rposition(|row| row[5] == "A" && !samples.contains(&row[0])).expect("an A");
    rows.swap_remove(last);
    rows.push(rows[0].clone());
    rows.last_mut().expect("a row")[0] = "91000000000712710L".to_owned();
    rows.last_mut().expect("a row")[5] = "A".to_owned();
    csv(&registry, &rows);
    let (code, told) = verify(&["--registry", registry_text]);
    assert!(code == Some(1) && told.contains("frames.csv:2"), "one entity swapped for another shows: {told}");
    for name in ["strata.csv", "entropy.txt", "sample.toml", "left-out.csv"] {
        let mut bytes = files[name].clone();
        let at = bytes.len() - 2;
        bytes[at] ^= 1;
        fs::write(out.join(name), bytes).expect("a file");
        assert_ne!(verify(&[]).0, Some(0), "{name} was changed");
        fs::write(out.join(name), &files[name]).expect("a file");
    }
}

#[test]
fn a_job_reads_back_to_itself() {
    // Without it a bundle would not say what was asked for, and could not be verified.
    let text = "[sample]\nregion = \"100000\"\nperiod = \"2026Q4\"\nid = \"统一社会信用代码\"\nrounding = \"floor_min_1\"\n\
        reserve = \"25‰\"\nwithout_id = \"leave_out\"\n\n[[task]]\ncode = \"A-01\"\ngroup = \"\"\nstrata = \"class\"\n\
        rates = \"A 1/7;B 20户\"\nscope = \"industry 51*,5212;status active\"\n\n[[task]]\ncode = \"B\"\ngroup = \"x\"\nrates = \"2%\"\n";
    let job = Job::parse(text).expect("a job");
    assert_eq!(job.text(), text);
    assert_eq!(job.rounding, Rounding::FloorMin1);
    let wrong = "[sample]\nregion = \"1000\"\nperiod = \"2026 Q4\"\nreserve = \"5户\"\n[[task]]\ncode = \"a b\"\nrates = \"A 1%;A 2%\"\n";
    let error = Job::parse(wrong).expect_err("much is wrong").to_string();
    for part in ["region", "period", "reserve", "is no code", "two rates", "need the strata's column"] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

/// Collects id and class of all rows, with the number of the row in its piece.
#[derive(Default)]
struct Collected(Vec<(u64, String, String)>);

impl Sink for Collected {
    fn take(&mut self, batch: &Batch<'_>, values: &[Values]) {
        for ((row, &(start, length)), &value) in (batch.at.2..).zip(batch.ids).zip(&batch.values[0]) {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
            let id = text(&batch.bytes[start as usize..][..length as usize]);
            self.0.push((row, id, text(&values[0].list[value as usize])));
        }
    }

    fn wrong(&mut self, wrong: Wrong, at: (u32, u32, u64), _: &[u8]) {
        panic!("{wrong:?} at {at:?}");
    }
}

#[test]
fn pieces_of_a_row_group_are_its_rows() {
    // Without it two threads that share a huge row group could count rows twice, or lose those where pages do not end
    // at the same rows in all columns.
    let kept = temp();
    let path = kept.path().join("r.parquet");
    let rows = rows(5_000);
    let small = || WriterProperties::builder().set_write_batch_size(64).set_data_page_row_count_limit(300);
    let forms = [
        small().set_dictionary_enabled(false).set_data_page_size_limit(1_500).build(),
        small().set_writer_version(WriterVersion::PARQUET_2_0).set_compression(Compression::SNAPPY).build(),
        small().set_dictionary_enabled(false).set_encoding(Encoding::DELTA_BYTE_ARRAY).build(),
    ];
    for (form, nullable) in forms.into_iter().flat_map(|form| [(form.clone(), false), (form, true)]) {
        parquet(&path, &rows, form, nullable, 5_000);
        let reader = registry::parquet(&path).expect("a file");
        let columns = ["id", "class"].map(|heading| pages::column(&reader, heading).expect("a column"));
        let collect = |rows: std::ops::Range<u64>| {
            let (mut sink, mut values) = (Collected::default(), vec![Values::default()]);
            let piece = pages::Piece { group: 0, rows };
            pages::scan(&reader, &columns, &piece, (0, 0), &mut sink, &mut values).map(|_| sink.0)
        };
        let whole = collect(0..5_000).expect("all rows");
        let expected = (0..).zip(&rows).map(|(at, row)| (at, row[0].clone(), row[5].clone()));
        assert!(whole.iter().cloned().eq(expected), "all rows at once are those that were written");
        for bounds in [[0, 1, 300, 5_000], [0, 299, 2_048, 5_000], [0, 2_500, 4_999, 5_000], [0, 0, 5_000, 5_000]] {
            let parts = bounds.windows(2).flat_map(|pair| {
                let part = collect(pair[0]..pair[1]).expect("a piece");
                part.into_iter().map(move |(row, id, class)| (row + pair[0], id, class))
            });
            assert!(parts.eq(whole.iter().cloned()), "{bounds:?}");
        }
        assert!(collect(4_000..5_001).is_err() && collect(5_001..5_002).is_err(), "there are no such rows");
    }
    let of =
        |rows: &[u64]| pages::pieces(rows).iter().map(|piece| (piece.group, piece.rows.clone())).collect::<Vec<_>>();
    assert_eq!(of(&[7, 0, 2 << 20]), [(0, 0..7), (1, 0..0), (2, 0..1 << 20), (2, 1 << 20..2 << 20)]);
    let huge = pages::pieces(&[u64::MAX]);
    assert_eq!((huge.len(), huge[7].rows.end), (8, u64::MAX));
}
