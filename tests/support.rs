//! What several tests share: workspaces as text, one small example, one county, and the program itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use fairdraw::files::store::bundle::Destination;
use fairdraw::files::workspace::{self, Loaded};
use fairdraw::lottery::Entropy;
use fairdraw::run::{Made, make};
use tempfile::TempDir;

/// Seed of the county's plan in the README, and so of the golden files.
pub const COUNTY_SEED: &str = "20240101";

/// Is the text of every file of a workspace, by name.
#[derive(Clone, Debug)]
pub struct Workspace(pub BTreeMap<String, String>);

impl Workspace {
    /// Replaces a text that stands exactly once in a file.
    pub fn replace(&mut self, file: &str, from: &str, to: &str) -> &mut Workspace {
        let text = self.0.get_mut(file).expect("the workspace has the file");
        assert_eq!(text.matches(from).count(), 1, "{from:?} stands once in {file}");
        *text = text.replace(from, to);
        self
    }

    /// Adds a line at the end of a file.
    pub fn append(&mut self, file: &str, line: &str) -> &mut Workspace {
        let text = self.0.get_mut(file).expect("the workspace has the file");
        text.push_str(line);
        text.push('\n');
        self
    }

    /// Puts another text in the place of a whole file.
    pub fn put(&mut self, file: &str, text: &str) -> &mut Workspace {
        self.0.insert(file.to_owned(), text.to_owned());
        self
    }

    /// Leaves a file out.
    pub fn without(&mut self, file: &str) -> &mut Workspace {
        self.0.remove(file).expect("the workspace has the file");
        self
    }

    /// Leaves a table with its heading alone.
    pub fn emptied(&mut self, file: &str) -> &mut Workspace {
        let text = self.0.get_mut(file).expect("the workspace has the file");
        text.truncate(text.find('\n').expect("a table has a heading") + 1);
        self
    }

    /// Writes all files into a folder.
    pub fn write(&self, folder: &Path) {
        fs::create_dir_all(folder).expect("a folder can be made");
        for (name, text) in &self.0 {
            fs::write(folder.join(name), text).expect("a file can be written");
        }
    }

    /// Writes the files into a fresh folder that disappears with the value.
    pub fn on_disk(&self) -> TempDir {
        let folder = temp();
        self.write(folder.path());
        folder
    }

    /// Loads the workspace from a fresh folder.
    pub fn load(&self) -> Loaded {
        workspace::load(self.on_disk().path(), &[])
    }

    /// Plans the workspace with a seed.
    pub fn plan(&self, seed: &str) -> Made {
        planned(self.load(), seed)
    }
}

/// Makes a folder that disappears with the value.
pub fn temp() -> TempDir {
    tempfile::tempdir().expect("a temporary folder can be made")
}

/// Plans what was loaded, which must be free of errors, with a seed.
pub fn planned(loaded: Loaded, seed: &str) -> Made {
    let Some((inputs, frames)) = loaded.ready else {
        panic!("the workspace has errors: {:#?}", loaded.faults);
    };
    let entropy = Entropy::from_seed(seed).expect("the seed is printable");
    make(inputs, frames, &entropy, &mut |_| {}).expect("the independent checker accepts the plan")
}

/// Plans a workspace folder with a seed.
pub fn plan_folder(folder: &Path, seed: &str) -> Made {
    planned(workspace::load(folder, &[]), seed)
}

/// Returns the bytes of one file of a finished plan.
pub fn file<'a>(made: &'a Made, path: &str) -> &'a [u8] {
    let found = made.files.iter().find(|file| file.path == path);
    &found.unwrap_or_else(|| panic!("the bundle has {path}")).bytes
}

/// Returns one file of a finished plan as text.
pub fn text<'a>(made: &'a Made, path: &str) -> &'a str {
    std::str::from_utf8(file(made, path)).expect("the file is UTF-8")
}

/// Writes a finished plan as a bundle into a fresh folder.
pub fn bundle(made: &Made) -> (TempDir, PathBuf) {
    let folder = temp();
    let path = folder.path().join("bundle");
    Destination::open(&path, false).and_then(|open| open.write(&made.files)).expect("the bundle can be written");
    (folder, path)
}

/// Asserts that two plans have the same bytes, and names the first file where they have not.
#[track_caller]
pub fn assert_same(expected: &Made, found: &Made, when: &str) {
    let paths = |made: &Made| made.files.iter().map(|file| file.path.clone()).collect::<Vec<_>>();
    assert_eq!(paths(expected), paths(found), "{when}: other files");
    for (a, b) in expected.files.iter().zip(&found.files) {
        let lines = |bytes: &[u8]| bytes.split(|b| *b == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>();
        let other = lines(&a.bytes).into_iter().zip(lines(&b.bytes)).position(|(a, b)| a != b);
        assert!(a.bytes == b.bytes, "{when}: {} differs from line {:?} on", a.path, other.map(|at| at + 1));
    }
}

/// Reads the rows of a machine table below its heading.
pub fn rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let row =
        |row: csv::Result<csv::StringRecord>| row.expect("a machine table is CSV").iter().map(str::to_owned).collect();
    reader.records().map(row).collect()
}

/// Writes a table as CSV, heading first.
pub fn table(rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).expect("rows are of one length"));
    String::from_utf8(writer.into_inner().expect("memory takes all bytes")).expect("cells are text")
}

/// Returns the project's own folder.
pub fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns the folder of the county's first quarter.
pub fn county_folder() -> PathBuf {
    project().join("data/dengzhou/2024Q1")
}

/// Plans the county's first quarter, once for all tests because it costs seconds.
pub fn county() -> &'static Made {
    static COUNTY: OnceLock<Made> = OnceLock::new();
    COUNTY.get_or_init(|| plan_folder(&county_folder(), COUNTY_SEED))
}

/// Plans the small example, once for all tests.
pub fn small_plan() -> &'static Made {
    static SMALL: OnceLock<Made> = OnceLock::new();
    SMALL.get_or_init(|| small().plan("small"))
}

/// Prepares a call of the program without anything of the caller's environment that it could look at.
pub fn fairdraw() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fairdraw"));
    command.current_dir(project());
    for name in
        ["NO_COLOR", "CLICOLOR_FORCE", "LC_ALL", "LC_MESSAGES", "LANG", "POLARS_MAX_THREADS", "RAYON_NUM_THREADS"]
    {
        command.env_remove(name);
    }
    command
}

/// Runs the program to its end.
pub fn run<S: AsRef<std::ffi::OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    fairdraw().args(args).output().expect("the program can be started")
}

/// Asks the second implementation about a bundle, beside the office's ledger if there is one; returns status and answer.
pub fn verify_draw(bundle: &Path, ledger: Option<&Path>) -> (Option<i32>, String) {
    let mut call = Command::new("python3");
    call.arg(project().join("scripts/verify_draw.py")).arg(bundle);
    if let Some(folder) = ledger {
        call.arg("--ledger").arg(folder);
    }
    let output = call.output().expect("Python 3 is there, as for scripts/check");
    (output.status.code(), stdout(&output).to_owned())
}

/// Returns what was written to stdout.
pub fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).expect("stdout is UTF-8")
}

/// Returns what was written to stderr.
pub fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("stderr is UTF-8")
}

/// Reads all files below a folder, by path with `/` between folders.
pub fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = folders.pop() {
        for entry in path.read_dir().expect("the folder can be read") {
            let entry = entry.expect("the folder can be read");
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push((entry.path(), format!("{name}/")));
            } else {
                files.insert(name, fs::read(entry.path()).expect("the file can be read"));
            }
        }
    }
    files
}

/// Shuffles with a small generator of its own (SplitMix64, Steele et al. 2014), so that a case is the same forever.
pub fn shuffle<T>(list: &mut [T], seed: u64) {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    for at in (1..list.len()).rev() {
        list.swap(at, (next() % (at as u64 + 1)) as usize);
    }
}

/// Returns the rules of a small workspace: the second quarter of 2024.
pub fn rules() -> String {
    let mut text =
        "[period]\nname = \"2024Q2\"\nregion = \"411381\"\nfirst = \"2024-04-01\"\nlast = \"2024-06-30\"\n\n\
                    [tables]\n"
            .to_owned();
    for name in TABLES {
        writeln!(text, "{name} = \"{name}.csv\"").expect("a string takes all text");
    }
    text + "\n[draw]\nrounding = \"up\"\nreserve = \"20%\"\nvisits_per_year_max = 2\n\n\
            [registry]\nwithout_id = \"leave_out\"\n\n\
            [teams]\nsize = 2\nagencies_per_visit_max = 3\nvisits_per_day_max = 2\nhop_minutes_max = 60\n\
            visits_max = 40\nhalf_day_minutes = 120\n\n\
            [[quiet]]\nfirst = \"2024-06-05\"\nlast = \"2024-06-07\"\nreason = \"高考\"\n"
}

/// Lists the tables of a workspace.
pub const TABLES: [&str; 10] =
    ["agencies", "townships", "travel", "items", "entities", "inspectors", "tasks", "recusals", "history", "calendar"];

/// Returns a small workspace that has a bit of everything: ids of every kind, every status, classes, balls, spread,
/// shares, a separate task, caps, recusals, leave and a jurisdiction.
pub fn small() -> Workspace {
    let mut entities = "id,name,kind,industry,township,address,class,status,tags,flags,quiet,registered\n".to_owned();
    for at in 0..48 {
        let id = match at % 8 {
            5 => format!("4113810{at:08}"),
            7 => format!("豫R个体{at:04}"),
            _ => format!("91411381MA{at:06}X{}", at % 10),
        };
        let class = ["A", "B", "C", "D", ""][at % 5];
        let kind = ["enterprise", "individual", "cooperative"][at % 3];
        let industry = ["6210", "6110", "5264", "0511"][at % 4];
        let (town, tags) = (1 + at % 3, ["", "餐饮", "餐饮;校园周边"][at % 3]);
        let quiet = if at == 20 { "2024-04-08/2024-04-12" } else { "" };
        writeln!(
            entities,
            "{id},邓州{at:02}店,{kind},{industry},41138100{town},新华路{at}号,{class},active,{tags},,{quiet},"
        )
        .expect("a string takes all text");
    }
    entities.push_str(
        "91411381MA900001X1,邓州注销店,enterprise,6210,411381001,,A,deregistered,,,,\n\
         91411381MA900002X2,邓州吊销店,enterprise,6210,411381002,,D,revoked,,serious,,\n\
         91411381MA900003X3,邓州迁出店,individual,6110,411381003,,B,moved,,abnormal,,\n\
         91411381MA900004X4,邓州重复店,individual,6110,411381001,,C,duplicate,,,,\n\
         91411381MA900005X5,\"邓州到频次, 店\",enterprise,6210,411381001,,A,active,餐饮,,,2015-03-01\n\
         91411381MA900006X6,邓州到事项店,enterprise,6210,411381002,,B,active,餐饮,,,2016-03-01\n\
         91411381MA900007X7,邓州无人管店,institution,8334,411381003,,A,active,,,,\n\
         ,邓州无证摊,individual,6210,411381001,,,active,,,,\n",
    );
    let mut inspectors =
        "certificate,name,agency,valid_from,valid_until,status,qualifications,townships,leave,visits_max,expert\n"
            .to_owned();
    for (agency, count) in [("D01", 9), ("D02", 6), ("D03", 5)] {
        for at in 0..count {
            let skills = if at % 2 == 0 {
                ["食品检查员", "消防监督员", ""][usize::from(agency.as_bytes()[2] - b'1')]
            } else {
                ""
            };
            let towns = if at == 3 { "411381001;411381002" } else { "" };
            let leave = if at == 4 { "2024-04-01/2024-04-19" } else { "" };
            let until = if at == 8 { "2024-03-31" } else { "2027-12-31" };
            let status = if at == 7 { "cancelled" } else { "valid" };
            writeln!(
                inspectors,
                "{agency}{at:03},检查员{agency}{at},{agency},2022-01-01,{until},{status},{skills},{towns},{leave},,no"
            )
            .expect("a string takes all text");
        }
    }
    let files = [
        ("plan.toml", rules()),
        (
            "agencies.csv",
            "code,name,short_name,role,teams_per_day\nD01,市场监督管理局,市监,lead,3\nD02,消防救援大队,消防,member,2\n\
             D03,文化和旅游局,文旅,member,2\n"
                .to_owned(),
        ),
        (
            "townships.csv",
            "code,name,other_codes,other_names,lon,lat\n411381001,古城街道,,,112.06,32.68\n411381002,花洲街道,,城关镇,,\n\
             411381003,湍河街道,,,,\n"
                .to_owned(),
        ),
        ("travel.csv", "from,to,minutes\n411381001,411381002,10\n411381001,411381003,25\n411381002,411381003,90\n".to_owned()),
        (
            "items.csv",
            "code,agency,name,class,object,method,qualification,basis,minutes,cap_per_year,ratio_wording,frequency_wording\n\
             D01-001,D01,食品经营检查,key,,现场,食品检查员,,60,,,\n\
             D01-002,D01,登记事项检查,general,,书面,,,40,1,,\n\
             D02-001,D02,消防安全检查,key,,现场,消防监督员,,60,,,\n\
             D02-002,D02,疏散通道检查,general,,现场,,,70,,,\n\
             D03-001,D03,娱乐场所检查,general,,现场,,,30,,,\n"
                .to_owned(),
        ),
        ("entities.csv", entities),
        ("inspectors.csv", inspectors),
        (
            "tasks.csv",
            "code,name,kind,directed,lead,partners,items,industries,kinds,tags,townships,classes,rate,wording,first,last,group,balls,spread,separate\n\
             2024-001,餐饮联合抽查,joint,directed,D01,D02 50%,D01-001;D02-001;D02-002,,,餐饮,,,A 10%;B 20%;C 30%;D 50%;N 20%,,2024-04-01,2024-05-31,,,no,no\n\
             2024-002,登记事项抽查,single,undirected,D01,,D01-002,,enterprise;individual,,,A;B;C;D,1:5,五分之一,,,,C 2;D 4,yes,no\n\
             2024-003,娱乐场所一业同查,industry,directed,D03,D01;D02 2户,D01-002;D02-002;D03-001,61;5264,,,411381001;411381002,,5户,,2024-05-06,2024-06-28,A01,2,no,yes\n\
             2024-004,农业抽查,single,directed,D01,,D01-002,05,,,,,25%,,,,A01,,yes,no\n"
                .to_owned(),
        ),
        (
            "recusals.csv",
            "certificate,entity,agency,reason,until\nD01001,91411381MA000001X1,,亲属,\n,91411381MA000004X4,D02,部门所属单位,\n\
             D02002,91411381MA000008X8,,曾任职,2024-04-30\n"
                .to_owned(),
        ),
        (
            "history.csv",
            "entity,agency,date,counts,items,inspectors,result\n\
             91411381MA900005X5,D01,2024-01-10,yes,D01-001,D01000;D01002,未发现问题\n\
             91411381MA900005X5,D02,2024-02-20,yes,D02-001,D02000;D02002,未发现问题\n\
             91411381MA900006X6,D01,2024-03-05,yes,D01-002,D01001;D01002,未发现问题\n\
             91411381MA000003X3,D01,2023-11-05,yes,D01-001,D01000;D01001,未发现问题\n\
             91411381MA000000X0,D01,2024-02-05,no,D01-001,D01000;D01001,未发现问题\n"
                .to_owned(),
        ),
        ("calendar.csv", "date,kind,name,source\n2024-04-04,off,清明节,示例\n2024-04-05,off,清明节,示例\n2024-04-07,work,清明节调休,示例\n2024-05-01,off,劳动节,示例\n".to_owned()),
    ];
    Workspace(files.into_iter().map(|(name, text)| (name.to_owned(), text)).collect())
}

/// Tells whether a text holds a Chinese character.
pub fn has_chinese(text: &str) -> bool {
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

/// Finds an English sentence in a text: four words of small letters in a row. Commands in backticks are left out, and what
/// stands in Chinese brackets: there a library that speaks English only says where a file is damaged.
pub fn english_sentence(text: &str) -> Option<String> {
    let spoken = spoken(text);
    let words: Vec<&str> = spoken.split(' ').collect();
    let is_word = |word: &str| {
        let word = word.trim_end_matches([',', ';', ':', '.']);
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'\'')
    };
    words.windows(4).find(|four| four.iter().all(|word| is_word(word))).map(|four| four.join(" "))
}

/// Finds an English word in a Chinese text where [`english_sentence`] looks for sentences: three small letters or more, or a
/// part of the day. Names of files, options and codes in square brackets are none.
pub fn english_word(text: &str) -> Option<String> {
    let spoken = outside(&spoken(text), '[', ']');
    let words = spoken.split(|c: char| !c.is_ascii_alphanumeric() && !"-_./".contains(c));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let is_word = |word: &str| {
        let letters = word.replace('-', "");
        ["AM", "PM"].contains(&word) || (letters.len() > 2 && letters.bytes().all(|b| b.is_ascii_lowercase()))
    };
    let is_option = |word: &str| word.starts_with("--");
    (0..words.len())
        .find(|&at| is_word(words[at]) && !is_option(words[at]) && !(at > 0 && is_option(words[at - 1])))
        .map(|at| words[at].to_owned())
}

/// Leaves out commands in backticks and what stands in Chinese brackets.
fn spoken(text: &str) -> String {
    outside(text, '（', '）').split('`').step_by(2).collect::<Vec<_>>().join(" … ")
}

/// Leaves out what stands in brackets.
fn outside(text: &str, open: char, close: char) -> String {
    let parts: Vec<&str> = text.split(open).map(|part| part.split_once(close).map_or(part, |two| two.1)).collect();
    parts.join(" … ")
}
