//! The format of the scripts: a directive with arguments and input, `----`, what is expected.

use std::str::FromStr;

/// One directive and what it must say.
#[derive(Debug)]
pub(crate) struct Directive {
    /// Where it begins, from 1.
    pub(crate) line: usize,
    pub(crate) command: Command,
    /// The lines between the directive and `----`.
    pub(crate) input: Vec<String>,
    /// The lines after `----`, each with its number.
    pub(crate) expected: Vec<(usize, String)>,
}

/// A name and arguments: `add-nodes 3 voters=(1,2,3) index=10`.
#[derive(Debug)]
pub(crate) struct Command {
    pub(crate) name: String,
    pub(crate) args: Vec<Arg>,
}

/// `3`, `index=10` or `voters=(1,2,3)`.
#[derive(Debug)]
pub(crate) struct Arg {
    pub(crate) key: String,
    pub(crate) values: Vec<String>,
}

impl Command {
    /// The arguments without a value, as numbers: of most directives, servers.
    pub(crate) fn numbers(&self) -> Result<Vec<u64>, String> {
        self.args.iter().filter(|arg| arg.values.is_empty()).map(|arg| number(&arg.key)).collect()
    }

    pub(crate) fn named(&self) -> impl Iterator<Item = &Arg> {
        self.args.iter().filter(|arg| !arg.values.is_empty())
    }

    /// The argument without a value at `position`.
    pub(crate) fn plain(&self, position: usize) -> Result<&str, String> {
        let found = self.args.get(position).map(|arg| arg.key.as_str());
        found.ok_or_else(|| format!("`{}` needs an argument {}", self.name, position + 1))
    }

    /// `transition=auto ----` and the like: a directive that takes none of the arguments it was given.
    pub(crate) fn unknown(&self, arg: &Arg) -> String {
        format!("`{}` has an argument `{}` that this runner does not know", self.name, arg.key)
    }
}

impl Arg {
    pub(crate) fn one<T: FromStr>(&self) -> Result<T, String> {
        match &self.values[..] {
            [value] => value.parse().map_err(|_| format!("`{}={value}` cannot be read", self.key)),
            _ => Err(format!("`{}` takes one value, not {}", self.key, self.values.len())),
        }
    }

    pub(crate) fn all(&self) -> Result<Vec<u64>, String> {
        self.values.iter().map(|value| number(value)).collect()
    }
}

pub(crate) fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is not a number"))
}

/// All directives of a script.
pub(crate) fn parse(text: &str) -> Result<Vec<Directive>, String> {
    let mut lines = (1..).zip(text.lines()).peekable();
    let mut directives = Vec::new();
    while let Some((line, first)) = lines.next() {
        if first.trim().is_empty() || first.trim_start().starts_with('#') {
            continue;
        }
        let mut head = first.trim().to_owned();
        while let Some(rest) = head.strip_suffix('\\') {
            let (_, more) = lines.next().ok_or_else(|| format!("line {line}: it goes on nowhere"))?;
            head = format!("{rest} {}", more.trim());
        }
        let command = command(&head).map_err(|error| format!("line {line}: {error}"))?;
        let mut input = Vec::new();
        loop {
            match lines.next() {
                Some((_, "----")) => break,
                Some((_, more)) => input.push(more.to_owned()),
                None => return Err(format!("line {line}: `{}` has no `----`", command.name)),
            }
        }
        // With two separators, what is expected may hold blank lines, and ends with two separators again.
        let double = lines.next_if(|&(_, next)| next == "----").is_some();
        let mut expected = Vec::new();
        while let Some((at, next)) = lines.next() {
            let ends = if double { next == "----" } else { next.trim().is_empty() };
            if ends {
                if double {
                    lines.next_if(|&(_, next)| next == "----");
                }
                break;
            }
            expected.push((at, next.to_owned()));
        }
        directives.push(Directive { line, command, input, expected });
    }
    Ok(directives)
}

/// Reads one line; blanks between parentheses do not count.
pub(crate) fn command(line: &str) -> Result<Command, String> {
    let mut words: Vec<String> = Vec::new();
    let (mut depth, mut open) = (0_u32, false);
    for letter in line.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1).ok_or("a parenthesis is closed that was not opened")?,
            _ if letter.is_whitespace() => {
                open = open && depth > 0;
                continue;
            }
            _ => {}
        }
        match words.last_mut().filter(|_| open) {
            Some(word) => word.push(letter),
            None => words.push(letter.into()),
        }
        open = true;
    }
    if depth > 0 {
        return Err("a parenthesis is not closed".into());
    }
    let mut words = words.into_iter();
    let name = words.next().ok_or("an empty directive")?;
    let args = words.map(|word| match word.split_once('=') {
        None => Arg { key: word, values: Vec::new() },
        Some((key, values)) => {
            let inner = values.strip_prefix('(').and_then(|values| values.strip_suffix(')')).unwrap_or(values);
            let values = inner.split(',').filter(|value| !value.is_empty()).map(str::to_owned).collect();
            Arg { key: key.to_owned(), values }
        }
    });
    Ok(Command { name, args: args.collect() })
}

#[test]
fn a_script_is_read_as_its_authors_meant_it() {
    let text = "# a comment\nadd-nodes 3 voters=(1, 2,3) \\\n index=10\nv1 v2\n----\nok\n\nb\n----\n----\none\n\ntwo\n----\n----\n\nc\n----\n";
    let directives = parse(text).expect("well formed");
    let [a, b, c] = &directives[..] else { panic!("three directives") };
    assert_eq!((a.line, a.command.name.as_str(), a.input.len()), (2, "add-nodes", 1));
    assert_eq!(a.command.args[1].all(), Ok(vec![1, 2, 3]));
    assert_eq!(a.command.args[2].one(), Ok(10_u64));
    assert_eq!(b.expected.iter().map(|(_, line)| line.as_str()).collect::<Vec<_>>(), ["one", "", "two"]);
    assert!(c.expected.is_empty());
    assert!(parse("a\n").is_err() && parse("a (\n----\n").is_err());
}
