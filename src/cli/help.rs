//! The help and the refusals of arguments in the language of the run.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, CommandFactory};

use super::help_zh::TEXTS;
use super::{Cli, lang};
use fairdraw::lang::Lang;

/// Returns the program's commands with their help in the language of the run.
pub fn command() -> Command {
    let mut command = Cli::command();
    command.build();
    match lang() {
        Lang::En => command,
        Lang::Zh => chinese(command),
    }
}

/// Finds the Chinese of a help text.
fn translated(english: &str) -> Option<&'static str> {
    TEXTS.iter().find(|(own, _)| *own == english).map(|(_, chinese)| *chinese)
}

/// Puts a text of several paragraphs into Chinese; an example stays as it is but for its heading.
fn paragraphs(text: &StyledStr) -> String {
    let paragraph = |part: &str| match part.strip_prefix("Example:") {
        Some(example) => format!("示例：{example}"),
        None => translated(&part.replace('\n', " ")).unwrap_or(part).to_owned(),
    };
    text.to_string().split("\n\n").map(paragraph).collect::<Vec<_>>().join("\n\n")
}

fn chinese(mut command: Command) -> Command {
    let texts = (command.get_about().map(paragraphs), command.get_long_about().map(paragraphs));
    let after = (command.get_after_help().map(paragraphs), command.get_after_long_help().map(paragraphs));
    let with = |command: Command, text: Option<String>, put: fn(Command, String) -> Command| match text {
        Some(text) => put(command, text),
        None => command,
    };
    command = with(command, texts.0, |command, text| command.about(text));
    command = with(command, texts.1, |command, text| command.long_about(text));
    command = with(command, after.0, |command, text| command.after_help(text));
    command = with(command, after.1, |command, text| command.after_long_help(text));
    let names: Vec<String> = command.get_subcommands().map(|own| own.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, chinese);
    }
    let template = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";
    command.mut_args(chinese_argument).subcommand_help_heading("命令").help_template(template)
}

fn chinese_argument(argument: Arg) -> Arg {
    let told = argument.get_help().or(argument.get_long_help()).map(paragraphs).unwrap_or_default();
    // What clap adds of itself it says in English, so it is said here instead.
    let mut told = told;
    if argument.get_action().takes_values() {
        let value = |value: &clap::builder::PossibleValue| {
            let help = value.get_help().map(paragraphs);
            help.map_or(value.get_name().to_owned(), |help| format!("{} {help}", value.get_name()))
        };
        let values: Vec<String> =
            argument.get_possible_values().iter().filter(|value| !value.is_hide_set()).map(value).collect();
        if !values.is_empty() {
            told += &format!("［可选：{}］", values.join("；"));
        }
        let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        if !defaults.is_empty() {
            told += &format!("［默认：{}］", defaults.join("，"));
        }
    }
    let heading = if argument.is_positional() { "参数" } else { "选项" };
    let argument = argument.help_heading(heading).hide_possible_values(true).hide_default_value(true);
    argument.help(told.clone()).long_help(told)
}

/// Says in Chinese why arguments are refused.
pub fn refusal(error: &clap::Error) -> String {
    let told = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join("，"),
        Some(ContextValue::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let (argument, value) = (told(ContextKind::InvalidArg), told(ContextKind::InvalidValue));
    let valid = told(ContextKind::ValidValue);
    let source = || std::error::Error::source(error).map_or(String::new(), |source| format!("：{}", foreign(source)));
    let cause = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 缺少值"),
        ErrorKind::InvalidValue => format!("{argument} 的值 {value:?} 无效"),
        ErrorKind::ValueValidation => format!("{argument} 的值 {value:?} 无效{}", source()),
        ErrorKind::UnknownArgument => format!("没有参数 {argument}"),
        ErrorKind::InvalidSubcommand => format!("没有命令 {}", told(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数：{argument}"),
        ErrorKind::ArgumentConflict => match told(ContextKind::PriorArg) {
            prior if prior.is_empty() || prior == argument => format!("{argument} 只能给一次"),
            prior => format!("{argument} 不能与 {prior} 同时使用"),
        },
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} 的值的个数不对")
        }
        ErrorKind::NoEquals => format!("{argument} 与值之间需要 ="),
        _ => "参数不是 UTF-8 文本，或不能这样组合".to_owned(),
    };
    let advice = match valid.as_str() {
        "" => "运行 `fairdraw --help` 或 `fairdraw 命令 --help` 查看用法".to_owned(),
        valid => format!("可选的值：{valid}"),
    };
    format!("错误: {cause}\n  办法: {advice}\n")
}

/// Says what a reader of values found wrong: our own ones speak Chinese, those of libraries stand in brackets.
fn foreign(source: &dyn std::error::Error) -> String {
    let text = source.to_string();
    if text.is_ascii() { format!("写法不对（{text}）") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walks through all commands and hands over each of their texts.
    fn walk(command: &Command, found: &mut dyn FnMut(&str, String)) {
        let name = command.get_name().to_owned();
        let texts =
            [command.get_about(), command.get_long_about(), command.get_after_help(), command.get_after_long_help()];
        texts.into_iter().flatten().for_each(|text| found(&name, text.to_string()));
        for argument in command.get_arguments() {
            let place = format!("{name} {}", argument.get_id());
            argument.get_help().iter().for_each(|text| found(&place, text.to_string()));
            for value in argument.get_possible_values() {
                value.get_help().iter().for_each(|text| found(&place, text.to_string()));
            }
        }
        command.get_subcommands().for_each(|own| walk(own, found));
    }

    // Without it a new argument would be explained to half of the clerks.
    #[test]
    fn every_help_text_has_both_languages() {
        let mut command = Cli::command();
        command.build();
        let (mut used, mut missing) = (std::collections::BTreeSet::new(), Vec::new());
        walk(&command, &mut |place, text| {
            for part in text.split("\n\n").filter(|part| !part.starts_with("Example:")) {
                let part = part.replace('\n', " ");
                if translated(&part).is_none() {
                    missing.push(format!("{place}: {part}"));
                }
                used.insert(part);
            }
        });
        assert!(missing.is_empty(), "no Chinese text for {missing:#?}");
        let builtin = |text: &str| text.starts_with("Print ");
        for (english, chinese) in TEXTS.iter().filter(|(english, _)| !builtin(english)) {
            assert!(used.contains(*english), "{english:?} stands in no help any more");
            assert!(chinese.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{chinese}");
        }
    }

    // Without it an English heading or remark of clap's own would stand among the Chinese.
    #[test]
    fn the_chinese_help_holds_no_english_sentence() {
        let mut command = Cli::command();
        command.build();
        let mut command = chinese(command);
        let shown = command.render_long_help().to_string();
        assert!(shown.contains("用法：") && shown.contains("命令:") && shown.contains("选项:"), "{shown}");
        for word in ["Usage", "Commands:", "Options:", "Print ", "possible values", "default:"] {
            assert!(!shown.contains(word), "{word}: {shown}");
        }
        let plan = command.find_subcommand_mut("plan").expect("the command").render_long_help().to_string();
        for word in [
            "用法：",
            "参数:",
            "选项:",
            "示例：",
            "［可选：text 供人阅读的文本；json 字段相同的一份 JSON］",
            "［默认：text］",
        ] {
            assert!(plan.contains(word), "{word}: {plan}");
        }
        command.debug_assert();
    }

    // Without it a slip of the finger would be answered in English.
    #[test]
    fn arguments_are_refused_in_chinese() {
        let refused = |arguments: &[&str]| {
            let error = Cli::command().try_get_matches_from([&["fairdraw"], arguments].concat()).expect_err("refused");
            refusal(&error)
        };
        for (arguments, wanted) in [
            (&["plan"][..], "缺少必需的参数："),
            (&["plan", "x", "--out", "y", "--seed", "1", "--entropy", "z"], "不能与"),
            (&["plan", "x", "--format", "xml"], "\"xml\" 无效"),
            (&["plan", "x", "--colour"], "没有参数 --colour"),
            (&["plam"], "没有命令 plam"),
            (&["simulate", "x", "--draws", "0"], "的值 \"0\" 无效：写法不对（"),
        ] {
            let said = refused(arguments);
            assert!(said.starts_with("错误: ") && said.contains(wanted) && said.contains("办法: "), "{said}");
        }
    }
}
