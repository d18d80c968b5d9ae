//! The two languages of the texts that people read.
//!
//! Files of a bundle never depend on the language: it is chosen where words are shown and nowhere else.

use std::borrow::Cow;
use std::{fmt, io};

use crate::lottery::entropy::EntropyError;

/// Is a language of the texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// 中文
    Zh,
    /// English
    #[default]
    En,
}

impl Lang {
    /// Reads the language that a locale such as `zh_CN.UTF-8` asks for; any other than Chinese is answered in English.
    ///
    /// `variables` are the values of `LC_ALL`, `LC_MESSAGES` and `LANG`, of which the first that is set counts
    /// (POSIX.1-2017, chapter 8.2).
    pub fn of_locale<'a>(variables: impl IntoIterator<Item = Option<&'a str>>) -> Lang {
        let set = variables.into_iter().flatten().find(|value| !value.is_empty());
        if set.is_some_and(|locale| locale.starts_with("zh")) { Lang::Zh } else { Lang::En }
    }

    /// Takes the one of two words that is in this language.
    pub fn pick<T>(self, english: T, chinese: T) -> T {
        match self {
            Lang::En => english,
            Lang::Zh => chinese,
        }
    }
}

/// Holds a text in both languages, side by side, so that neither can be forgotten.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    pub en: Cow<'static, str>,
    pub zh: Cow<'static, str>,
}

impl Text {
    /// Returns the text in a language.
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.en, &self.zh)
    }

    /// Returns a text that needs no translation: a number, a path, the words of the office itself.
    pub fn same(text: impl fmt::Display) -> Text {
        let text: Cow<'static, str> = text.to_string().into();
        Text { en: text.clone(), zh: text }
    }

    /// Makes a text of each language by one rule.
    pub fn each(rule: impl Fn(Lang) -> String) -> Text {
        Text { en: rule(Lang::En).into(), zh: rule(Lang::Zh).into() }
    }

    /// Puts the Chinese form of an error beside its English one, which is what it displays.
    pub fn of(error: &impl fmt::Display, chinese: impl Into<Cow<'static, str>>) -> Text {
        Text { en: error.to_string().into(), zh: chinese.into() }
    }

    /// Says how many of something there are: in English with its noun, in Chinese the number alone, because there the
    /// sentence has the measure word.
    ///
    /// The plural is `-a` for `-um`, as of a stratum, `-ies` for `-y` after a consonant, and `-s` else.
    pub fn counted(number: impl fmt::Display, noun: &str) -> Text {
        let number = number.to_string();
        let y = noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o', 'u']));
        let en = match (noun.strip_suffix("um"), y) {
            _ if number.trim() == "1" => format!("{number} {noun}"),
            (Some(stem), _) => format!("{number} {stem}a"),
            (_, Some(stem)) => format!("{number} {stem}ies"),
            _ => format!("{number} {noun}s"),
        };
        Text { en: en.into(), zh: number.into() }
    }

    /// Joins texts, a separator of the language between them.
    pub fn joined(texts: &[Text], english: &str, chinese: &str) -> Text {
        Text::each(|lang| {
            let texts: Vec<&str> = texts.iter().map(|text| text.get(lang)).collect();
            texts.join(lang.pick(english, chinese))
        })
    }

    /// Fills each form up with spaces to so many columns of a terminal, of which a Chinese character takes two.
    pub fn padded(&self, columns: usize) -> Text {
        Text::each(|lang| {
            let text = self.get(lang);
            // Scripts whose characters are wide begin with Hangul Jamo (Unicode, Standard Annex 11).
            let taken: usize = text.chars().map(|c| if c < '\u{1100}' { 1 } else { 2 }).sum();
            format!("{text}{}", " ".repeat(columns.saturating_sub(taken)))
        })
    }

    /// Joins another text to this one, in each language.
    pub fn followed_by(&self, other: Text) -> Text {
        Text { en: format!("{}{}", self.en, other.en).into(), zh: format!("{}{}", self.zh, other.zh).into() }
    }
}

/// Writes a text in English where a file or answer has one language only.
///
/// # Errors
/// Those of the serializer.
pub fn in_english<S: serde::Serializer>(text: &Text, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&text.en)
}

/// Makes a [`Text`] of an English and a Chinese form, with the arguments of [`format!`] for both.
///
/// Texts that are named before an arrow stand in each form in its language: `both!(who => "{who} is due", "应查{who}")`.
#[macro_export]
macro_rules! both {
    ($($text:ident),+ => $en:literal, $zh:literal $(, $($args:tt)*)?) => {
        $crate::lang::Text {
            en: {
                $(let $text = $text.get($crate::lang::Lang::En);)+
                $crate::lang::words(format_args!($en $(, $($args)*)?))
            },
            zh: {
                $(let $text = $text.get($crate::lang::Lang::Zh);)+
                $crate::lang::words(format_args!($zh $(, $($args)*)?))
            },
        }
    };
    ($en:literal, $zh:literal $(, $($args:tt)*)?) => {
        $crate::lang::Text {
            en: $crate::lang::words(format_args!($en $(, $($args)*)?)),
            zh: $crate::lang::words(format_args!($zh $(, $($args)*)?)),
        }
    };
}

/// Writes formatted words; those that need no memory take none, because most remedies are never shown.
pub fn words(arguments: fmt::Arguments<'_>) -> Cow<'static, str> {
    arguments.as_str().map_or_else(|| fmt::format(arguments).into(), Cow::Borrowed)
}

/// Gathers lines of a report in both languages.
#[derive(Debug, Default)]
pub struct Lines {
    en: String,
    zh: String,
}

impl Lines {
    /// Adds a line; the end of it is written here.
    pub fn add(&mut self, line: Text) {
        for (text, line) in [(&mut self.en, line.en), (&mut self.zh, line.zh)] {
            text.push_str(&line);
            text.push('\n');
        }
    }

    /// Returns the report.
    pub fn text(self) -> Text {
        Text { en: self.en.into(), zh: self.zh.into() }
    }
}

/// Is said in both languages: an error, a reason, a finding.
pub trait Say {
    /// Returns the sentence in both languages.
    fn say(&self) -> Text;
}

impl Say for Text {
    fn say(&self) -> Text {
        self.clone()
    }
}

impl<T: Say + ?Sized> Say for &T {
    fn say(&self) -> Text {
        (**self).say()
    }
}

/// Says what another library found wrong, which it says in its own words only.
pub fn foreign(error: &impl fmt::Display) -> Text {
    Text::of(error, format!("格式不对（{error}）"))
}

impl Say for io::Error {
    fn say(&self) -> Text {
        // What another library says stands in its own words.
        if self.get_ref().is_some() {
            return Text::of(self, format!("读写失败（{self}）"));
        }
        let chinese = match self.kind() {
            io::ErrorKind::NotFound => "没有这个文件或文件夹",
            io::ErrorKind::PermissionDenied => "没有权限",
            io::ErrorKind::AlreadyExists => "已经存在",
            io::ErrorKind::IsADirectory => "这是一个文件夹",
            io::ErrorKind::NotADirectory => "路径中有一段不是文件夹",
            io::ErrorKind::DirectoryNotEmpty => "文件夹不是空的",
            io::ErrorKind::StorageFull => "磁盘已满",
            io::ErrorKind::ReadOnlyFilesystem => "文件系统只读",
            io::ErrorKind::FileTooLarge => "文件过大",
            io::ErrorKind::InvalidFilename => "文件名不合规",
            io::ErrorKind::InvalidData => "内容不是 UTF-8 文本，或格式不对",
            io::ErrorKind::UnexpectedEof => "文件不完整",
            _ => {
                return Text::of(
                    self,
                    self.raw_os_error()
                        .map_or("读写失败".to_owned(), |code| format!("读写失败，系统错误码 {code}")),
                );
            }
        };
        Text::of(self, chinese)
    }
}

// Stands here and not beside the error, because the lottery is also compiled alone, without the two languages.
impl Say for EntropyError {
    fn say(&self) -> Text {
        let chinese = match self {
            EntropyError::Heading => "熵记录的首行不是 `dr1 entropy v1`".to_owned(),
            EntropyError::Bytes => "熵记录不是每行以一个换行符结束的 ASCII 文本".to_owned(),
            EntropyError::Form { line, found } => format!("熵记录第 {line} 行的写法不认识：{found:?}"),
            EntropyError::Order { line } => format!("熵记录第 {line} 行次序不对：应为 seed、dice、sealed、beacon"),
            EntropyError::Empty => "熵记录里没有任何熵".to_owned(),
            EntropyError::Seed(seed) => format!("种子 {seed:?} 不是 1 至 128 个可打印的 ASCII 字符，或首尾有空格"),
        };
        Text::of(self, chinese)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Without this, LANG would be followed where LC_ALL overrides it, or an empty variable would count as set.
    #[test]
    fn the_first_variable_that_is_set_decides() {
        assert_eq!(Lang::of_locale([None, None, Some("zh_CN.UTF-8")]), Lang::Zh);
        assert_eq!(Lang::of_locale([Some("C"), None, Some("zh_CN.UTF-8")]), Lang::En);
        assert_eq!(Lang::of_locale([Some(""), Some("zh_TW"), Some("en_US")]), Lang::Zh);
        assert_eq!(Lang::of_locale([None, None, None]), Lang::En);
    }

    // Without this, a summary would say "1 amendments" or "2 dutys".
    #[test]
    fn one_is_singular_and_anything_else_plural() {
        let english = |number: &str, noun: &str| Text::counted(number, noun).en.into_owned();
        assert_eq!(english("1", "amendment"), "1 amendment");
        assert_eq!(english("0", "amendment"), "0 amendments");
        assert_eq!(english("1,001", "duty"), "1,001 duties");
        assert_eq!(english("      1", "entity"), "      1 entity");
        assert_eq!(english("2", "day"), "2 days");
        assert_eq!(english("1", "stratum"), "1 stratum");
        assert_eq!(english("2", "stratum"), "2 strata");
        assert_eq!(Text::counted(2, "visit").zh, "2");
    }
}
