//! The command line: one verb per command, stdout for data, stderr for people.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::OnceLock;

use clap::error::ErrorKind;
use clap::{FromArgMatches, Parser, Subcommand, ValueEnum};
use fairdraw::both;
use fairdraw::files::decode::guard::hush_guarded;
use fairdraw::files::store::bundle::BundleError;
use fairdraw::lang::{Lang, Say, Text};

mod amend;
mod audit;
mod bundle;
mod ceremony;
mod check;
mod completions;
mod convert;
mod current;
mod draw;
mod entropy;
mod explain;
mod generate;
mod help;
mod help_zh;
mod history;
mod ledger;
mod lodge;
mod man;
mod new;
mod notice;
mod open;
mod plan;
mod publish;
mod report;
mod result;
mod sample;
mod seal;
mod simulate;
mod verify;
mod void;
mod workbooks;

/// Draw, staff, schedule and prove 双随机、一公开 spot checks
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 done or verified, 1 a definite no, 2 could not answer.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Language of messages and reports; the locale's if not given
    #[arg(long, global = true, value_enum)]
    lang: Option<Lang>,
}

#[derive(Debug, Subcommand)]
enum Command {
    New(new::Args),
    Plan(plan::Args),
    #[command(alias = "replay")]
    Verify(verify::Args),
    Check(check::Args),
    Convert(convert::Args),
    Explain(explain::Args),
    Publish(publish::Args),
    Workbooks(workbooks::Args),
    Result(result::Args),
    Report(report::Args),
    Seal(seal::Args),
    Entropy(entropy::Args),
    Draw(draw::Args),
    Open(open::Args),
    Amend(amend::Args),
    Lodge(lodge::Args),
    Ledger(ledger::Args),
    Notice(notice::Args),
    Void(void::Args),
    Simulate(simulate::Args),
    Audit(audit::Args),
    Sample(sample::Args),
    Generate(generate::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// How a command writes its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Text for people.
    #[default]
    Text,
    /// One JSON document with the same fields.
    Json,
}

/// Is how a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// Done, or verified.
    Yes,
    /// A definite no.
    No,
}

/// Says why a command could not answer, and what to do about it.
#[derive(Debug)]
struct Failure {
    cause: Text,
    /// Empty where nothing can be done.
    advice: Text,
}

impl Failure {
    fn new(cause: impl Say, advice: Text) -> Failure {
        Failure { cause: cause.say(), advice }
    }

    /// Is about a file or folder.
    fn at(path: impl Display, cause: impl Say, advice: Text) -> Failure {
        Failure { cause: Text::same(path).followed_by(both!(": ", "：")).followed_by(cause.say()), advice }
    }
}

/// Turns a system that gives no chance into the program's answer.
fn no_chance(error: getrandom::Error) -> Failure {
    Failure::new(both!("no chance from the system: {error}", "系统没有给出随机数（{error}）"), Text::default())
}

/// Turns a folder that can not be written to into the program's answer.
fn no_place(error: BundleError) -> Failure {
    let advice = match &error {
        BundleError::Exists(_) => {
            both!("add --force to replace it, or choose another folder", "加 --force 替换，或另选文件夹")
        }
        BundleError::Foreign(..) => both!(
            "choose another folder; --force replaces what fairdraw wrote there only",
            "另选文件夹；--force 只替换 fairdraw 写在那里的内容"
        ),
        _ => both!("choose a folder that can be written to", "请选择可写的文件夹"),
    };
    Failure::new(error, advice)
}

/// Turns a folder that could not be filled into the program's answer; what was there is still there.
fn no_room(error: BundleError) -> Failure {
    Failure::new(
        error,
        both!("nothing was changed there; make room and try again", "那里没有任何改动；请腾出空间后重试"),
    )
}

/// Says that a file could not be written.
fn unwritten(path: &std::path::Path, error: io::Error) -> Failure {
    let advice = both!("choose a place that can be written to", "请选择可写的位置");
    Failure::at(path.display(), error, advice)
}

/// Language of this run, chosen once, before anything is said.
static LANG: OnceLock<Lang> = OnceLock::new();

/// Returns the language in which this run speaks.
fn lang() -> Lang {
    LANG.get().copied().unwrap_or_default()
}

/// Reads the language that the locale asks for.
fn lang_of_locale() -> Lang {
    let variables = ["LC_ALL", "LC_MESSAGES", "LANG"].map(|name| std::env::var(name).ok());
    Lang::of_locale(variables.iter().map(Option::as_deref))
}

/// Reads the language that `--lang` asks for, wherever it stands.
fn lang_of_arguments() -> Option<Lang> {
    let arguments: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    let words = arguments.iter().enumerate().find_map(|(at, word)| match word.strip_prefix("--lang") {
        Some("") => arguments.get(at + 1).map(String::as_str),
        Some(value) => value.strip_prefix('='),
        None => None,
    });
    words.and_then(|word| Lang::from_str(word, false).ok())
}

/// Tells a refusal of arguments from a help or version that was asked for.
fn is_refusal(kind: ErrorKind) -> bool {
    !matches!(
        kind,
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
    )
}

/// Runs the program and returns its exit status.
pub fn main() -> ExitCode {
    hush_guarded();
    // Arguments that are refused are refused in the language that they ask for.
    LANG.get_or_init(|| lang_of_arguments().unwrap_or_else(lang_of_locale));
    let matches = help::command().try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match matches {
        Ok(cli) => cli,
        Err(error) if lang() == Lang::Zh && is_refusal(error.kind()) => {
            tell(&help::refusal(&error));
            return ExitCode::from(2);
        }
        Err(error) => error.exit(),
    };
    let ending = match cli.command {
        Command::New(args) => new::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Publish(args) => publish::run(&args, cli.lang),
        Command::Workbooks(args) => workbooks::run(&args),
        Command::Result(args) => result::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Seal(args) => seal::run(&args),
        Command::Entropy(args) => entropy::run(&args),
        Command::Draw(args) => draw::run(&args),
        Command::Lodge(args) => lodge::run(&args),
        Command::Ledger(args) => ledger::run(&args),
        Command::Amend(args) => amend::run(&args),
        Command::Open(args) => open::run(&args),
        Command::Notice(args) => notice::run(&args),
        Command::Void(args) => void::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Audit(args) => audit::run(&args),
        Command::Sample(args) => sample::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    };
    match ending {
        Ok(Ending::Yes) => ExitCode::SUCCESS,
        Ok(Ending::No) => ExitCode::from(1),
        Err(failure) => {
            let (word, advice) = lang().pick(("error", "try"), ("错误", "办法"));
            tell(&format!("{word}: {}\n", failure.cause.get(lang())));
            let remedy = failure.advice.get(lang());
            if !remedy.is_empty() {
                tell(&format!("  {advice}: {remedy}\n"));
            }
            ExitCode::from(2)
        }
    }
}

/// Writes words in the language of the run to stdout.
fn answer_text(text: &Text) -> Result<(), Failure> {
    answer(text.get(lang()))
}

/// Writes data to stdout; a reader who has gone away is no error.
fn answer(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let why = error.say();
            Err(Failure::new(
                both!(why => "the answer can not be written: {why}", "结果无法写出：{why}"),
                Text::default(),
            ))
        }
        _ => Ok(()),
    }
}

/// Writes words for people to stderr, in colour where the terminal has any; nothing is lost if nobody listens.
fn tell(text: &str) {
    let red = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    let yellow = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Yellow.into()));
    let mut err = anstream::stderr().lock();
    for line in text.split_inclusive('\n') {
        let style = match line.split(['[', ':']).next() {
            Some("error" | "错误") => red,
            Some("warning" | "警告") => yellow,
            _ => anstyle::Style::new(),
        };
        let end = line.find(':').unwrap_or(0);
        // A closed stderr leaves nobody to tell.
        let _ = write!(err, "{style}{}{style:#}{}", &line[..end], &line[end..]);
    }
}

/// Writes a value as a JSON document.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("answers hold nothing that JSON can not write") + "\n"
}

/// Number of the stages of a run.
const STAGES: u64 = fairdraw::run::Stage::Write as u64 + 1;

/// Shows the stages of a run on a terminal, and nothing elsewhere.
struct Progress(Option<indicatif::ProgressBar>);

impl Progress {
    fn new() -> Progress {
        let is_shown = io::stderr().is_terminal();
        Progress(is_shown.then(|| {
            // Colours are left to `tell`, which knows NO_COLOR.
            // The words come last and end where the terminal does, so that no line is torn.
            let style =
                indicatif::ProgressStyle::with_template("{spinner} [{bar:20}] {pos}/{len} {elapsed} {wide_msg}")
                    .expect("the template is tested")
                    .progress_chars("=> ");
            let bar = indicatif::ProgressBar::new(STAGES).with_style(style);
            bar.enable_steady_tick(std::time::Duration::from_millis(100));
            bar
        }))
    }

    /// Shows that one step is under way of which nobody knows how long it takes.
    fn of_one(english: &'static str, chinese: &'static str) -> Progress {
        let is_shown = io::stderr().is_terminal();
        Progress(is_shown.then(|| {
            let bar = indicatif::ProgressBar::new_spinner().with_message(lang().pick(english, chinese));
            bar.enable_steady_tick(std::time::Duration::from_millis(100));
            bar
        }))
    }

    fn stage(&self, stage: fairdraw::run::Stage) {
        if let Some(bar) = &self.0 {
            bar.set_length(STAGES);
            bar.set_position(stage as u64);
            bar.set_message(stage_words(stage));
        }
    }

    /// Shows a stage of one of several runs, of which `number` are done.
    fn stage_of_many(&self, number: usize, of: usize, stage: fairdraw::run::Stage) {
        if of == 1 {
            return self.stage(stage);
        }
        if let Some(bar) = &self.0 {
            let (number, words) = (number as u64, stage_words(stage));
            bar.set_length(of as u64 * STAGES);
            bar.set_position(number * STAGES + stage as u64);
            let number = number + 1;
            bar.set_message(lang().pick(format!("{number} of {of}: {words}"), format!("第 {number}/{of} 个：{words}")));
        }
    }

    /// Shows how often a stage has been run, of how many times.
    fn count(&self, number: u32, of: u32, stage: fairdraw::run::Stage) {
        if let Some(bar) = &self.0 {
            bar.set_message(stage_words(stage));
            bar.set_length(of.into());
            bar.set_position(number.into());
        }
    }
}

/// Says what is done in a stage.
fn stage_words(stage: fairdraw::run::Stage) -> &'static str {
    use fairdraw::run::Stage;
    let (english, chinese) = match stage {
        Stage::Load => ("loading and validating the tables", "读取并校验各表"),
        Stage::Seal => ("sealing the frames", "封存抽样框"),
        Stage::Draw => ("drawing entities", "抽取检查对象"),
        Stage::Merge => ("merging visits", "合并检查"),
        Stage::Staff => ("drawing teams and dates", "抽取人员并排期"),
        Stage::Check => ("checking the plan", "复核计划"),
        Stage::Write => ("writing", "写出"),
    };
    lang().pick(english, chinese)
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
