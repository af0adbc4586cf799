//! The fields of a form, as plain data.

use std::num::NonZeroU64;
use std::time::Duration;

/// One thing to fill in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    /// Names it in its form.
    pub(crate) id: String,
    pub(crate) label: String,
    /// What it means, if the label does not say it all.
    pub(crate) help: String,
    /// What stands over it, if it is the first of several.
    pub(crate) heading: Option<&'static str>,
    pub(crate) value: Value,
}

/// What is filled in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// As it was typed.
    Text {
        text: String,
        unit: &'static str,
    },
    Flag(bool),
    Choice {
        chosen: String,
        options: Vec<(String, String)>,
    },
}

impl Field {
    pub(crate) fn number(id: &str, label: &str, text: String, unit: &'static str) -> Self {
        Self::new(id, label, Value::Text { text, unit })
    }

    pub(crate) fn ms(id: &str, label: &str, duration: Duration) -> Self {
        let micros = i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
        Self::number(id, label, shown(micros, MS), "ms")
    }

    pub(crate) fn percent(id: &str, label: &str, ppm: u32) -> Self {
        Self::number(id, label, shown(ppm.into(), PERCENT), "%")
    }

    pub(crate) fn limit(id: &str, label: &str, limit: Option<NonZeroU64>, unit: &'static str) -> Self {
        Self::number(id, label, limit.map(|limit| limit.to_string()).unwrap_or_default(), unit)
            .with_help("Empty: no limit.")
    }

    pub(crate) fn flag(id: &str, label: &str, on: bool) -> Self {
        Self::new(id, label, Value::Flag(on))
    }

    pub(crate) fn choice(id: &str, label: &str, chosen: &str, options: &[(&str, &str)]) -> Self {
        let options = options.iter().map(|(value, name)| ((*value).to_owned(), (*name).to_owned())).collect();
        Self::new(id, label, Value::Choice { chosen: chosen.to_owned(), options })
    }

    fn new(id: &str, label: &str, value: Value) -> Self {
        Self { id: id.to_owned(), label: label.to_owned(), help: String::new(), heading: None, value }
    }

    pub(crate) fn with_help(self, help: &str) -> Self {
        Self { help: help.to_owned(), ..self }
    }

    pub(crate) fn under(self, heading: &'static str) -> Self {
        Self { heading: Some(heading), ..self }
    }
}

/// How many digits of a number stand behind the point: of milliseconds, to the microsecond.
pub(crate) const MS: u32 = 3;
/// Of percents, to the part per million.
pub(crate) const PERCENT: u32 = 4;

/// A whole number of the smallest parts, as a decimal.
pub(crate) fn shown(number: i64, digits: u32) -> String {
    let one = 10_u64.pow(digits);
    let (whole, part) = (number.unsigned_abs() / one, number.unsigned_abs() % one);
    let sign = if number < 0 { "-" } else { "" };
    let part = format!("{part:0width$}", width = digits as usize);
    match part.trim_end_matches('0') {
        "" => format!("{sign}{whole}"),
        part => format!("{sign}{whole}.{part}"),
    }
}

/// What [`shown`] made, or a person typed.
pub(crate) fn read(text: &str, digits: u32) -> Option<i64> {
    let text = text.trim().replace(',', ".").replace('−', "-");
    let (sign, text) = text.strip_prefix('-').map_or((1, &text[..]), |rest| (-1, rest));
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let only_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() && part.is_empty() || !only_digits(whole) || !only_digits(part) || part.len() > digits as usize
    {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<width$}0", width = digits as usize).parse::<i64>().ok()? / 10;
    whole.checked_mul(10_i64.pow(digits))?.checked_add(part)?.checked_mul(sign)
}

/// What a person has filled in, and what is wrong with it, in a sentence.
pub(crate) struct Filled<'a>(pub(crate) &'a [Field]);

impl Filled<'_> {
    fn field(&self, id: &str) -> Option<&Field> {
        self.0.iter().find(|field| field.id == id)
    }

    pub(crate) fn is_on(&self, id: &str) -> bool {
        self.field(id).is_some_and(|field| field.value == Value::Flag(true))
    }

    pub(crate) fn chosen(&self, id: &str) -> &str {
        match self.field(id).map(|field| &field.value) {
            Some(Value::Choice { chosen, .. }) => chosen,
            Some(Value::Text { .. } | Value::Flag(_)) | None => "",
        }
    }

    fn text(&self, id: &str) -> (&str, &str) {
        match self.field(id).map(|field| (&field.label[..], &field.value)) {
            Some((label, Value::Text { text, .. })) => (label, text.trim()),
            Some((label, Value::Choice { .. } | Value::Flag(_))) => (label, ""),
            None => ("", ""),
        }
    }

    /// A number that may be negative, in its smallest parts.
    ///
    /// # Errors
    ///
    /// If it is none.
    pub(crate) fn signed(&self, id: &str, digits: u32) -> Result<i64, String> {
        let (label, text) = self.text(id);
        read(text, digits).ok_or_else(|| match digits {
            0 => format!("{label}: “{text}” is not a whole number."),
            _ => format!("{label}: “{text}” is not a number with at most {digits} digits after the point."),
        })
    }

    /// A number from 0 to `max`, in its smallest parts.
    ///
    /// # Errors
    ///
    /// If it is none, or outside of what is allowed.
    fn parts(&self, id: &str, digits: u32, max: i64) -> Result<i64, String> {
        let number = self.signed(id, digits)?;
        if (0..=max).contains(&number) {
            return Ok(number);
        }
        let (label, text) = self.text(id);
        Err(format!("{label} is {text}; allowed are 0 to {}.", shown(max, digits)))
    }

    pub(crate) fn ms(&self, id: &str) -> Result<Duration, String> {
        const DAY: i64 = 24 * 60 * 60 * 1_000_000;
        Ok(Duration::from_micros(self.parts(id, MS, DAY)?.unsigned_abs()))
    }

    /// A percentage, in parts per million.
    pub(crate) fn percent(&self, id: &str) -> Result<u32, String> {
        Ok(u32::try_from(self.parts(id, PERCENT, 1_000_000)?).unwrap_or(0))
    }

    pub(crate) fn count(&self, id: &str) -> Result<u32, String> {
        Ok(u32::try_from(self.parts(id, 0, u32::MAX.into())?).unwrap_or(u32::MAX))
    }

    pub(crate) fn bytes(&self, id: &str) -> Result<u64, String> {
        Ok(self.parts(id, 0, i64::MAX)?.unsigned_abs())
    }

    /// Nothing, if nothing is filled in.
    pub(crate) fn limit(&self, id: &str) -> Result<Option<NonZeroU64>, String> {
        if self.text(id).1.is_empty() { Ok(None) } else { self.bytes(id).map(NonZeroU64::new) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_are_shown() {
        for (number, digits, text) in [
            (8_000, MS, "8"),
            (500, MS, "0.5"),
            (1, MS, "0.001"),
            (125_000, PERCENT, "12.5"),
            (-100_000, PERCENT, "-10"),
            (-1, MS, "-0.001"),
            (7, 0, "7"),
        ] {
            assert_eq!(shown(number, digits), text);
            assert_eq!(read(text, digits), Some(number));
        }
        assert_eq!(read(" 0,5 ", MS), Some(500));
        assert_eq!(read(".5", MS), Some(500));
        for wrong in ["", "-", ".", "x", "1.2.3", "1e3", "0.0001", "--1", "99999999999999999999"] {
            assert_eq!(read(wrong, MS), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let fields =
            [Field::number("loss", "Loss", "150".into(), "%"), Field::number("low", "Shortest", "x".into(), "ms")];
        let filled = Filled(&fields);
        assert_eq!(filled.percent("loss"), Err("Loss is 150; allowed are 0 to 100.".into()));
        assert_eq!(
            filled.ms("low"),
            Err("Shortest: “x” is not a number with at most 3 digits after the point.".into())
        );
    }
}
