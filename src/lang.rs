//! The two languages of the texts that people read.
//!
//! Files of a bundle never depend on the language: it is chosen where words are shown and nowhere else.

use std::borrow::Cow;
use std::fmt;

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

    /// Joins another text to this one, in each language.
    pub fn followed_by(&self, other: Text) -> Text {
        Text { en: format!("{}{}", self.en, other.en).into(), zh: format!("{}{}", self.zh, other.zh).into() }
    }
}

/// Makes a [`Text`] of an English and a Chinese form, with the arguments of [`format!`] for both.
#[macro_export]
macro_rules! both {
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

/// Is said in both languages: an error, a reason, a finding.
pub trait Say {
    /// Returns the sentence in both languages.
    fn say(&self) -> Text;
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
}
