//! `fairdraw completions`.

use clap_complete::Shell;

use super::{Ending, Failure, answer, help};

/// Write what a shell needs to complete commands and options
#[derive(Debug, clap::Args)]
#[command(after_long_help = "Example:\n  fairdraw completions bash\n\n\
    Where shells look for it: bash ~/.local/share/bash-completion/completions/fairdraw, \
    zsh a folder of $fpath as _fairdraw, fish ~/.config/fish/completions/fairdraw.fish.")]
pub struct Args {
    /// Shell that the script is for
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(args: &Args) -> Result<Ending, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut help::command(), "fairdraw", &mut script);
    answer(&String::from_utf8_lossy(&script))?;
    Ok(Ending::Yes)
}
