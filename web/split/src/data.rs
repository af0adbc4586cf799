//! Which texts and tables the first half has to have.
//!
//! What is read-only is one object after the other, as the linker wrote them down. One of them is wanted when code names an
//! address in it, or when something that is wanted does. What nothing names that is there at first cannot be read before the
//! rest is there, so it comes with the rest.
//!
//! Code that cannot but call what comes later, before it reads anything, may name what it wants: a panic, mostly, with its
//! message. Reading is what the missing would be missed by, and after that call nothing is missing.

use std::collections::BTreeSet;

use wasm_encoder::{ConstExpr, DataSection};
use wasmparser::{DataKind, Operator};

use crate::Failure;
use crate::program::{Program, constant};

/// What it takes to begin with data anew, in bytes.
const GAP: usize = 8;
/// What the linker calls what nothing can write to.
const READ_ONLY: &str = ".rodata";

/// Some of the memory, as it is when the program starts.
pub(crate) struct Segment<'a> {
    /// Its address.
    pub(crate) at: u32,
    pub(crate) bytes: &'a [u8],
    pub(crate) name: &'a str,
}

impl<'a> Segment<'a> {
    pub(crate) fn read(data: wasmparser::Data<'a>) -> Result<Self, Failure> {
        let unknown = || Failure::Unknown("data whose place is not known before it runs".to_owned());
        let DataKind::Active { memory_index: 0, offset_expr } = data.kind else { return Err(unknown()) };
        let at = constant(&offset_expr)?.ok_or_else(unknown)?;
        Ok(Self { at, bytes: data.data, name: "" })
    }

    pub(crate) fn end(&self) -> u32 {
        self.at.saturating_add(u32::try_from(self.bytes.len()).unwrap_or(u32::MAX))
    }

    fn can_wait(&self) -> bool {
        self.name.starts_with(READ_ONLY)
    }
}

/// The places in `segments` of what the functions other than `moved` may read.
pub(crate) fn wanted(program: &Program<'_>, moved: &BTreeSet<u32>) -> Result<BTreeSet<usize>, Failure> {
    let segments = &program.segments;
    let order = in_order(segments);
    let mut wanted: BTreeSet<usize> = (0..segments.len()).filter(|&place| !segments[place].can_wait()).collect();
    let filling = filling(program, moved)?;
    for index in program.own().filter(|index| !moved.contains(index)) {
        for address in named(program, index, &filling)? {
            wanted.extend(program.meanings.of(address, segments, &order));
        }
    }
    let mut to_read: Vec<usize> = wanted.iter().copied().collect();
    while let Some(place) = to_read.pop() {
        for word in segments[place].bytes.windows(4) {
            let word = u32::from_le_bytes([word[0], word[1], word[2], word[3]]);
            let meant = program.meanings.of_word(word, segments, &order);
            to_read.extend(meant.into_iter().filter(|&place| wanted.insert(place)));
        }
    }
    Ok(wanted)
}

fn in_order(segments: &[Segment<'_>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..segments.len()).collect();
    order.sort_by_key(|&place| segments[place].at);
    order
}

/// The data of `places`. What lies between two of them is among it if that is shorter than to begin anew, and cannot have
/// changed since.
pub(crate) fn section(program: &Program<'_>, places: &BTreeSet<usize>) -> DataSection {
    let segments = &program.segments;
    let mut runs: Vec<(u32, Vec<u8>)> = Vec::new();
    // What the last run may be continued with.
    let mut between: Option<Vec<u8>> = None;
    for place in in_order(segments) {
        let segment = &segments[place];
        let gap = between.take().zip(runs.last()).and_then(|(between, (at, run))| {
            let end = at + u32::try_from(run.len() + between.len()).ok()?;
            let zeros =
                usize::try_from(segment.at.checked_sub(end)?).ok().filter(|zeros| zeros + between.len() <= GAP)?;
            Some([between, vec![0; zeros]].concat())
        });
        if !places.contains(&place) {
            between = gap.filter(|_| segment.can_wait()).map(|gap| [&gap, segment.bytes].concat());
        } else if segment.bytes.iter().all(|&byte| byte == 0) {
            // As memory is at first.
            between = gap.map(|gap| [&gap, segment.bytes].concat());
        } else if let (Some(gap), Some((_, run))) = (gap, runs.last_mut()) {
            run.extend([&gap, segment.bytes].concat());
            between = Some(Vec::new());
        } else {
            runs.push((segment.at, segment.bytes.to_vec()));
            between = Some(Vec::new());
        }
    }
    let mut section = DataSection::new();
    for (at, bytes) in runs {
        section.active(0, &ConstExpr::i32_const(at.cast_signed()), bytes);
    }
    section
}

/// Whatever may be an address in the code of `index`, but for what is only read when the second half is there.
fn named(program: &Program<'_>, index: u32, filling: &BTreeSet<u32>) -> Result<BTreeSet<u32>, Failure> {
    let mut named = BTreeSet::new();
    let Some(body) = program.body(index) else { return Ok(named) };
    // What was named since the program has last read anything, on a way that nothing leaves and that leads on.
    let mut waiting = Vec::new();
    // Whether the second half is there for sure, here and where each of the blocks around begins.
    let (mut is_filled, mut around) = (false, Vec::new());
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let operator = operators.read()?;
        if !is_filled {
            addresses(&operator, |address| waiting.push(address));
        }
        match way(&operator, filling) {
            Way::On => {}
            Way::Anywhere => named.extend(waiting.drain(..)),
            Way::Filled => {
                waiting.clear();
                is_filled = true;
            }
        }
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => around.push(is_filled),
            Operator::Else => is_filled = around.last().copied().unwrap_or(false),
            Operator::End => is_filled = around.pop().unwrap_or(false),
            _ => {}
        }
    }
    named.extend(waiting);
    Ok(named)
}

/// Whatever may be the number of a slot of a table: all numbers in the code of the functions other than `moved`, and in `places`.
pub(crate) fn numbers(
    program: &Program<'_>,
    moved: &BTreeSet<u32>,
    places: &BTreeSet<usize>,
) -> Result<BTreeSet<u32>, Failure> {
    let mut numbers = BTreeSet::new();
    for index in program.own().filter(|index| !moved.contains(index)) {
        let Some(body) = program.body(index) else { continue };
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            addresses(&operators.read()?, |number| {
                numbers.insert(number);
            });
        }
    }
    for segment in places.iter().map(|&place| &program.segments[place]) {
        let words = segment.bytes.windows(4).zip(segment.at..).filter(|(_, at)| at.is_multiple_of(4));
        numbers.extend(words.map(|(word, _)| u32::from_le_bytes([word[0], word[1], word[2], word[3]])));
    }
    Ok(numbers)
}

/// The functions that have the second half there before they read anything: those that are in it, and those that cannot but
/// call one of these.
fn filling(program: &Program<'_>, moved: &BTreeSet<u32>) -> Result<BTreeSet<u32>, Failure> {
    let mut filling = moved.clone();
    loop {
        let before = filling.len();
        for index in program.own() {
            if !filling.contains(&index) && fills(program, index, &filling)? {
                filling.insert(index);
            }
        }
        if filling.len() == before {
            return Ok(filling);
        }
    }
}

fn fills(program: &Program<'_>, index: u32, filling: &BTreeSet<u32>) -> Result<bool, Failure> {
    let Some(body) = program.body(index) else { return Ok(false) };
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        match way(&operators.read()?, filling) {
            Way::On => {}
            Way::Anywhere => return Ok(false),
            Way::Filled => return Ok(true),
        }
    }
    Ok(false)
}

/// Where the program goes from an instruction.
enum Way {
    /// To the next one, and it has read nothing from memory.
    On,
    /// To where the second half is, or to nowhere.
    Filled,
    /// To some other place, or it may have read something.
    Anywhere,
}

fn way(operator: &Operator<'_>, filling: &BTreeSet<u32>) -> Way {
    use Operator as O;
    match operator {
        O::Call { function_index } if filling.contains(function_index) => Way::Filled,
        O::Unreachable => Way::Filled,
        O::Loop { .. } | O::If { .. } | O::Else | O::Br { .. } | O::BrIf { .. } | O::BrTable { .. } | O::Return => {
            Way::Anywhere
        }
        O::Call { .. } | O::CallIndirect { .. } | O::MemoryGrow { .. } => Way::Anywhere,
        other if goes_on(other) => Way::On,
        _ => Way::Anywhere,
    }
}

/// Every number in an instruction that may be an address.
fn addresses(operator: &Operator<'_>, mut take: impl FnMut(u32)) {
    match operator {
        Operator::I32Const { value } => take(value.cast_unsigned()),
        // Two words, which were put together.
        Operator::I64Const { value } => halves(value.cast_unsigned(), take),
        Operator::F64Const { value } => halves(value.bits(), take),
        Operator::V128Const { value } => {
            value.bytes().chunks(4).for_each(|word| take(u32::from_le_bytes([word[0], word[1], word[2], word[3]])));
        }
        other => {
            if let Some(offset) = facts(other).offset {
                take(u32::try_from(offset).unwrap_or(u32::MAX));
            }
        }
    }
}

fn halves(long: u64, mut take: impl FnMut(u32)) {
    take((long & u64::from(u32::MAX)) as u32);
    take((long >> 32) as u32);
}

/// Whether an instruction leads to the next one, and reads nothing. Those that decide where the program goes are not asked.
fn goes_on(operator: &Operator<'_>) -> bool {
    let Facts { proposal, name, .. } = facts(operator);
    matches!(proposal, "mvp" | "sign_extension" | "saturating_float_to_int") && !name.contains("_load")
}

/// What an instruction is.
struct Facts {
    /// What of wasm it came with.
    proposal: &'static str,
    name: &'static str,
    /// What it adds to the address that it reads or writes.
    offset: Option<u64>,
}

fn facts(operator: &Operator<'_>) -> Facts {
    macro_rules! offset {
        (memarg $value:ident) => {
            Some($value.offset)
        };
        ($other:ident $value:ident) => {{
            let _ = $value;
            None
        }};
    }
    macro_rules! each {
        ($(@$proposal:ident $op:ident $({ $($arg:ident: $type:ty),* })? => $visit:ident ($($about:tt)*))*) => {
            match operator {
                $(Operator::$op $({ $($arg),* })? => {
                    let offsets: &[Option<u64>] = &[$($(offset!($arg $arg)),*)?];
                    let offset = offsets.iter().copied().flatten().next();
                    Facts { proposal: stringify!($proposal), name: stringify!($visit), offset }
                })*
                _ => Facts { proposal: "unknown", name: "unknown", offset: None },
            }
        };
    }
    wasmparser::for_each_operator!(each)
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        BlockType, CodeSection, Function, FunctionSection, Instruction, MemArg, MemorySection, MemoryType, Module,
        NameMap, NameSection, TypeSection,
    };

    use super::*;

    const RARE: u32 = 1;
    const COMMON: u32 = 2;
    /// Each object, its address and its first words; `knows` is in `mutable`.
    const OBJECTS: [(&str, u32, [u32; 2]); 6] = [
        (".rodata.text", 0x10_0000, [7, 0x11_0000]),
        (".rodata.names", 0x10_0400, [0x10_0800, 0]),
        (".rodata.name", 0x10_0800, [1, 2]),
        (".rodata.table", 0x10_0c00, [3, 4]),
        (".data.mutable", 0x10_1000, [0, 0x10_1400]),
        (".rodata.known", 0x10_1400, [5, 6]),
    ];
    const TEXT: i32 = 0x10_0000;
    const NAMES: i32 = 0x10_0400;
    const TABLE: i32 = 0x10_0c00;

    /// A function with `code`, and two others.
    fn program(code: &[Instruction<'_>]) -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        let mut functions = FunctionSection::new();
        functions.function(0).function(0).function(0);
        module.section(&functions);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType {
            minimum: 32,
            maximum: None,
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        module.section(&memories);
        let mut bodies = CodeSection::new();
        for instructions in [code, &[], &[]] {
            let mut body = Function::new([(1, wasm_encoder::ValType::I32)]);
            for instruction in instructions {
                body.instruction(instruction);
            }
            bodies.function(body.instruction(&Instruction::End));
        }
        module.section(&bodies);
        let mut data = DataSection::new();
        let mut names = NameMap::new();
        for (number, (name, at, words)) in (0..).zip(OBJECTS) {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            data.active(0, &ConstExpr::i32_const(at.cast_signed()), bytes);
            names.append(number, name);
        }
        module.section(&data);
        let mut section = NameSection::new();
        section.data(&names);
        module.section(&section);
        module.finish()
    }

    /// What that function wants, besides what it always has, if `rare` comes later.
    fn wanted_by(code: &[Instruction<'_>]) -> Vec<&'static str> {
        let bytes = program(code);
        wasmparser::validate(&bytes).expect("a program");
        let wanted =
            wanted(&Program::read(&bytes).expect("a program"), &BTreeSet::from([RARE])).expect("it can be read");
        let always = [4, 5];
        assert!(always.iter().all(|place| wanted.contains(place)), "what can be written to stays, with what it names");
        wanted.into_iter().filter(|place| !always.contains(place)).map(|place| OBJECTS[place].0).collect()
    }

    const fn at(offset: u64) -> MemArg {
        MemArg { offset, align: 2, memory_index: 0 }
    }

    #[test]
    fn what_code_names_is_wanted_and_what_that_names_in_turn() {
        use Instruction as I;
        assert_eq!(wanted_by(&[]), Vec::<&str>::new());
        assert_eq!(wanted_by(&[I::I32Const(TEXT), I::LocalSet(0)]), [".rodata.text"]);
        assert_eq!(wanted_by(&[I::I32Const(NAMES), I::LocalSet(0)]), [".rodata.names", ".rodata.name"]);
        let base = [I::LocalGet(0), I::I32Load(at(0x10_0c00)), I::Drop];
        assert_eq!(
            wanted_by(&base),
            [".rodata.table"],
            "the base of a table is often in the instruction that reads it"
        );
        let pair = [I::I64Const(5 << 32 | i64::from(TEXT)), I::Drop, I::I64Const(i64::from(TABLE) << 32), I::Drop];
        assert_eq!(wanted_by(&pair), [".rodata.text", ".rodata.table"], "two words may be one");
    }

    #[test]
    fn an_address_beside_an_object_means_it_and_one_far_away_does_not() {
        for (address, is_meant) in [(TABLE - 2, true), (TABLE - 3, false), (TABLE + 10, true), (TABLE + 11, false)] {
            let wanted = wanted_by(&[Instruction::I32Const(address), Instruction::Drop]);
            assert_eq!(wanted.contains(&".rodata.table"), is_meant, "{}", address - TABLE);
        }
    }

    #[test]
    fn what_is_only_handed_to_what_comes_later_comes_with_it() {
        use Instruction as I;
        let text = || I::I32Const(TEXT);
        let nothing: [&str; 0] = [];
        let panics = [text(), I::LocalSet(0), I::Call(RARE), I::Unreachable];
        assert_eq!(wanted_by(&panics), nothing);
        let on_the_stack = [I::I32Const(64), text(), I::I32Store(at(8)), I::Call(RARE)];
        assert_eq!(wanted_by(&on_the_stack), nothing);
        let afterwards = [I::Call(RARE), text(), I::I32Load(at(0)), I::Drop];
        assert_eq!(wanted_by(&afterwards), nothing, "then it is there");
        let in_a_block = [I::Block(BlockType::Empty), text(), I::Drop, I::Call(RARE), I::End];
        assert_eq!(wanted_by(&in_a_block), nothing);
    }

    #[test]
    fn what_may_be_read_before_is_wanted() {
        use Instruction as I;
        let text = || I::I32Const(TEXT);
        let cases: [&[I<'_>]; 7] = [
            &[text(), I::LocalSet(0), I::LocalGet(0), I::I32Load(at(0)), I::Drop, I::Call(RARE)],
            &[text(), I::LocalSet(0), I::Call(COMMON), I::Call(RARE)],
            &[text(), I::LocalSet(0), I::LocalGet(0), I::If(BlockType::Empty), I::Call(RARE), I::End],
            &[I::LocalGet(0), I::If(BlockType::Empty), I::Call(RARE), I::End, text(), I::Drop],
            &[I::LocalGet(0), I::If(BlockType::Empty), I::Call(RARE), I::Else, text(), I::Drop, I::End],
            &[I::Block(BlockType::Empty), text(), I::LocalTee(0), I::BrIf(0), I::Call(RARE), I::End],
            &[text(), I::LocalSet(0), I::Loop(BlockType::Empty), I::Call(RARE), I::End],
        ];
        for code in cases {
            assert_eq!(wanted_by(code), [".rodata.text"], "{code:?}");
        }
    }

    #[test]
    fn neighbours_are_written_as_one_and_nothing_that_changes_is_written_twice() {
        let segment = |at, bytes: &'static [u8], name| Segment { at, bytes, name };
        let segments = vec![
            segment(16, b"ab".as_slice(), ".rodata.a"),
            segment(20, b"c", ".rodata.b"),
            segment(24, b"d", ".rodata.c"),
            segment(26, b"e", ".data.d"),
            segment(28, b"f", ".rodata.e"),
            segment(60, b"g", ".rodata.f"),
        ];
        let program = Program { segments, ..Program::default() };
        let runs = |places: &[usize]| section(&program, &places.iter().copied().collect()).len();
        assert_eq!(runs(&[0, 1, 2]), 1);
        assert_eq!(runs(&[0, 2]), 1, "what lies between cannot have changed");
        assert_eq!(runs(&[2, 4]), 2, "what lies between can have changed");
        assert_eq!(runs(&[4, 5]), 2, "what lies between is long");
    }
}
