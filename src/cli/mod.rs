//! The command line: one verb per command, stdout for data, stderr for people.

use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};

mod ceremony;
mod check;
mod draw;
mod entropy;
mod explain;
mod generate;
mod plan;
mod publish;
mod sample;
mod seal;
mod verify;
mod void;

/// Draw, staff, schedule and prove 双随机、一公开 spot checks
#[derive(Debug, Parser)]
#[command(version, propagate_version = true, arg_required_else_help = true)]
#[command(after_help = "Exit status: 0 done or verified, 1 a definite no, 2 could not answer.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Plan(plan::Args),
    #[command(alias = "replay")]
    Verify(verify::Args),
    Check(check::Args),
    Explain(explain::Args),
    Publish(publish::Args),
    Seal(seal::Args),
    Entropy(entropy::Args),
    Draw(draw::Args),
    Void(void::Args),
    Sample(sample::Args),
    Generate(generate::Args),
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
    cause: String,
    advice: String,
}

impl Failure {
    fn new(cause: impl ToString, advice: &str) -> Failure {
        Failure { cause: cause.to_string(), advice: advice.to_owned() }
    }
}

/// Runs the program and returns its exit status.
pub fn main() -> ExitCode {
    let ending = match Cli::parse().command {
        Command::Plan(args) => plan::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Publish(args) => publish::run(&args),
        Command::Seal(args) => seal::run(&args),
        Command::Entropy(args) => entropy::run(&args),
        Command::Draw(args) => draw::run(&args),
        Command::Void(args) => void::run(&args),
        Command::Sample(args) => sample::run(&args),
        Command::Generate(args) => generate::run(&args),
    };
    match ending {
        Ok(Ending::Yes) => ExitCode::SUCCESS,
        Ok(Ending::No) => ExitCode::from(1),
        Err(failure) => {
            tell(&format!("error: {}\n", failure.cause));
            if !failure.advice.is_empty() {
                tell(&format!("  try: {}\n", failure.advice));
            }
            ExitCode::from(2)
        }
    }
}

/// Writes data to stdout; a reader who has gone away is no error.
fn answer(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("the answer can not be written: {error}"), ""))
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
            Some("error") => red,
            Some("warning") => yellow,
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

/// Shows the stages of a run on a terminal, and nothing elsewhere.
struct Progress(Option<indicatif::ProgressBar>);

impl Progress {
    fn new() -> Progress {
        let is_shown = io::stderr().is_terminal();
        Progress(is_shown.then(|| {
            let bar = indicatif::ProgressBar::new_spinner();
            bar.enable_steady_tick(std::time::Duration::from_millis(100));
            bar
        }))
    }

    fn stage(&self, stage: fairdraw::run::Stage) {
        use fairdraw::run::Stage;
        let words = match stage {
            Stage::Load => "loading and validating the tables",
            Stage::Seal => "sealing the frames",
            Stage::Draw => "drawing entities",
            Stage::Merge => "merging visits",
            Stage::Staff => "drawing teams and dates",
            Stage::Check => "checking the plan",
            Stage::Write => "writing",
        };
        if let Some(bar) = &self.0 {
            bar.set_message(words);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
