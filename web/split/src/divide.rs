//! A program in two halves: the first runs at once, and has the memory and all data; the second fills a table of the first
//! with the functions that are missing.
//!
//! Where the first half calls one of these, it has a stub: it looks whether the table is filled, has it filled if not, and
//! calls what is in it.

use std::collections::{BTreeMap, BTreeSet};

use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{
    BlockType, CodeSection, ConstExpr, DataSection, ElementSection, Elements, EntityType, ExportKind, ExportSection,
    Function, FunctionSection, ImportSection, Instruction, Module, RefType, TableSection, TableType, TypeSection,
};
use wasmparser::{CodeSectionReader, ElementItems, ElementKind, Parser};

use crate::program::Program;
use crate::{Failure, data, glue};

/// The function that fills the table, exported by the program.
const FILL: &str = "fill_later";
/// What is smaller than that, in bytes, is not worth a stub.
const SMALLEST: usize = 16;
/// What the second half knows the first by.
const FIRST: &str = "first";
/// A table of the first half with the functions that the second needs of it: the second imports them from there, by their
/// places. Names for all of them would weigh more.
const LENT: &str = "lent";
/// So many functions have the shortest numbers.
const SHORT: usize = 128;

/// The two halves.
pub(crate) struct Halves {
    pub(crate) first: Vec<u8>,
    pub(crate) later: Vec<u8>,
    /// How many functions went.
    pub(crate) moved: usize,
}

/// Where everything is.
struct Plan<'p, 'a> {
    program: &'p Program<'a>,
    /// What imports are called from now on.
    short: BTreeMap<&'a str, String>,
    moved: BTreeSet<u32>,
    /// Which moved function is at which place of the table.
    places: BTreeMap<u32, u32>,
    /// Which functions the second half needs of the first, in the order of the first.
    lent: Vec<u32>,
    /// The functions of the first half, imported ones first, by what they were: a stub stands for what was moved.
    order: Vec<u32>,
    /// The index in the first half of what it has: of a moved function, that of its stub.
    in_first: BTreeMap<u32, u32>,
    in_later: BTreeMap<u32, u32>,
    fill: u32,
    /// What the memory of the first half holds at first, and what the second brings.
    data: DataSection,
    later_data: DataSection,
}

/// Moves what `is_later` says out of `bytes`, and gives what they import short names in `script`, which provides it.
pub(crate) fn divide(bytes: &[u8], script: &mut String, is_later: impl Fn(&str) -> bool) -> Result<Halves, Failure> {
    let program = Program::read(bytes)?;
    let plan = Plan::new(&program, glue::shorten(script, &program.imports), is_later)?;
    Ok(Halves { first: plan.first(bytes)?, later: plan.later(bytes)?, moved: plan.moved.len() })
}

impl<'p, 'a> Plan<'p, 'a> {
    fn new(
        program: &'p Program<'a>,
        short: BTreeMap<&'a str, String>,
        is_later: impl Fn(&str) -> bool,
    ) -> Result<Self, Failure> {
        let fill = *program.exports.get(FILL).ok_or(Failure::NoFill)?;
        let wanted = program.own().filter(|index| program.names.get(index).is_some_and(|name| is_later(name)));
        let mut moved: BTreeSet<u32> = wanted.collect();
        // What fills the table cannot wait for it.
        let mut needed = vec![fill];
        while let Some(index) = needed.pop() {
            let was_moved = moved.remove(&index);
            if was_moved || index == fill {
                needed.extend(program.named_by(index)?.intersection(&moved));
            }
        }
        // Nor is it worth a stub to have a small one wait; what that calls then, others are told of.
        let (kept_data, called) = loop {
            let kept_data = data::wanted(program, &moved)?;
            let called = wanted_at_first(program, &moved, &kept_data)?;
            let small: BTreeSet<u32> = called.iter().copied().filter(|&index| program.size(index) < SMALLEST).collect();
            if small.is_empty() {
                break (kept_data, called);
            }
            moved.retain(|index| !small.contains(index));
        };
        let later_data = (0..program.segments.len()).filter(|place| !kept_data.contains(place)).collect();
        let (data, later_data) = (data::section(program, &kept_data), data::section(program, &later_data));
        let mut lent = BTreeSet::new();
        for index in program.own().filter(|index| moved.contains(index)) {
            lent.extend(program.named_by(index)?.difference(&moved).copied());
        }
        let places: BTreeMap<u32, u32> = called.into_iter().zip(0..).collect();
        let order = order(program, &moved, &places, &lent);
        let in_first: BTreeMap<u32, u32> = order.iter().copied().zip(0..).collect();
        let mut lent: Vec<u32> = lent.into_iter().collect();
        lent.sort_by_key(|index| in_first[index]);
        let in_later = lent.iter().chain(&moved).copied().zip(0..).collect();
        Ok(Self { program, short, moved, places, lent, order, in_first, in_later, fill, data, later_data })
    }

    /// The index of the table with what is missing: the last.
    fn table(&self) -> u32 {
        u32::try_from(self.program.tables.len()).unwrap_or(u32::MAX)
    }

    fn table_type(&self) -> TableType {
        functions_type(self.places.len())
    }

    fn lent_type(&self) -> TableType {
        functions_type(self.lent.len())
    }

    /// The slots of what was moved: their table, the number of the first, and the functions, by their index in the second half.
    fn runs(&self) -> Vec<(u32, u32, Vec<u32>)> {
        let mut runs: Vec<(u32, u32, Vec<u32>)> = Vec::new();
        for slot in self.program.slots.iter().filter(|slot| self.moved.contains(&slot.function)) {
            let function = self.in_later[&slot.function];
            match runs.last_mut() {
                Some((table, number, run))
                    if (*table, *number as usize + run.len()) == (slot.table, slot.number as usize) =>
                {
                    run.push(function);
                }
                _ => runs.push((slot.table, slot.number, vec![function])),
            }
        }
        runs
    }

    fn first(&self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut module = Module::new();
        First(self).parse_core_module(&mut module, Parser::new(0), bytes)?;
        Ok(module.finish())
    }

    /// The index in the first half of the function that has the table filled, if it is not: the last.
    fn filler(&self) -> u32 {
        u32::try_from(self.in_first.len()).unwrap_or(u32::MAX)
    }

    fn filler_body(&self) -> Function {
        let mut filler = Function::new([]);
        filler
            .instruction(&Instruction::I32Const(0))
            .instruction(&Instruction::TableGet(self.table()))
            .instruction(&Instruction::RefIsNull)
            .instruction(&Instruction::If(BlockType::Empty))
            .instruction(&Instruction::Call(self.in_first[&self.fill]))
            .instruction(&Instruction::End)
            .instruction(&Instruction::End);
        filler
    }

    fn stub(&self, index: u32, place: u32) -> Function {
        let ty = self.program.functions[index as usize];
        let place = i32::try_from(place).unwrap_or(i32::MAX);
        let mut stub = Function::new([]);
        stub.instruction(&Instruction::Call(self.filler()));
        for (parameter, _) in (0..).zip(self.program.types[ty as usize].params()) {
            stub.instruction(&Instruction::LocalGet(parameter));
        }
        stub.instruction(&Instruction::I32Const(place))
            .instruction(&Instruction::CallIndirect { type_index: ty, table_index: self.table() })
            .instruction(&Instruction::End);
        stub
    }

    fn later(&self, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let Program { functions, memories, tables, globals, .. } = self.program;
        let mut module = Module::new();
        let mut types = TypeSection::new();
        for payload in Parser::new(0).parse_all(bytes) {
            if let wasmparser::Payload::TypeSection(section) = payload? {
                Later(self).parse_type_section(&mut types, section)?;
            }
        }
        module.section(&types);

        let mut imports = ImportSection::new();
        for (number, memory) in memories.iter().enumerate() {
            imports.import(
                FIRST,
                &format!("m{number}"),
                EntityType::Memory(utils::memory_type(&mut Later(self), *memory)),
            );
        }
        for (number, table) in tables.iter().enumerate() {
            imports.import(
                FIRST,
                &format!("t{number}"),
                EntityType::Table(utils::table_type(&mut Later(self), *table)?),
            );
        }
        imports.import(FIRST, &format!("t{}", tables.len()), EntityType::Table(self.table_type()));
        for (number, global) in globals.iter().enumerate() {
            imports.import(
                FIRST,
                &format!("g{number}"),
                EntityType::Global(utils::global_type(&mut Later(self), *global)?),
            );
        }
        for (number, &index) in self.lent.iter().enumerate() {
            imports.import(LENT, &number.to_string(), EntityType::Function(functions[index as usize]));
        }
        module.section(&imports);

        let mut section = FunctionSection::new();
        for &index in &self.moved {
            section.function(functions[index as usize]);
        }
        module.section(&section);

        let mut elements = ElementSection::new();
        let filled: Vec<u32> = self.places.keys().map(|index| self.in_later[index]).collect();
        elements.active(Some(self.table()), &ConstExpr::i32_const(0), Elements::Functions(filled.into()));
        // What calls by the number of a slot needs no stub any more.
        for (table, number, functions) in self.runs() {
            let number = ConstExpr::i32_const(number.cast_signed());
            elements.active(Some(table), &number, Elements::Functions(functions.into()));
        }
        module.section(&elements);

        let mut code = CodeSection::new();
        for &index in &self.moved {
            if let Some(body) = self.program.body(index) {
                Later(self).parse_function_body(&mut code, body.clone())?;
            }
        }
        module.section(&code);
        module.section(&self.later_data);
        Ok(module.finish())
    }
}

/// A table of so many functions.
fn functions_type(count: usize) -> TableType {
    let size = count as u64;
    TableType { element_type: RefType::FUNCREF, minimum: size, maximum: Some(size), table64: false, shared: false }
}

/// The functions of the first half: those of one kind together, and then in the order of the tables, so that all lists of them are
/// easy to compress. Those with the shortest numbers, which are called most, keep them.
fn order(program: &Program<'_>, moved: &BTreeSet<u32>, places: &BTreeMap<u32, u32>, lent: &BTreeSet<u32>) -> Vec<u32> {
    let kept = (0..program.imported).chain(program.own().filter(|index| !moved.contains(index)));
    let mut order: Vec<u32> = kept.chain(places.keys().copied()).collect();
    let mut in_tables = BTreeMap::new();
    for (place, slot) in program.slots.iter().enumerate() {
        in_tables.entry(slot.function).or_insert(place);
    }
    let movable = order.len().min(SHORT.max(program.imported as usize));
    let kind = |index: &u32| (places.contains_key(index), program.functions[*index as usize]);
    order[movable..].sort_by_key(|index| (kind(index), in_tables.get(index), lent.contains(index)));
    order
}

/// Those of `moved` that the first half may call: also by the number of its slot in a table, if it knows that number, from its
/// code or its data.
fn wanted_at_first(
    program: &Program<'_>,
    moved: &BTreeSet<u32>,
    kept_data: &BTreeSet<usize>,
) -> Result<BTreeSet<u32>, Failure> {
    let numbers = data::numbers(program, moved, kept_data)?;
    let known = program.slots.iter().filter(|slot| numbers.contains(&slot.number)).map(|slot| slot.function);
    let mut called: BTreeSet<u32> = program.rooted.iter().copied().chain(known).collect();
    for index in program.own().filter(|index| !moved.contains(index)) {
        called.extend(program.named_by(index)?);
    }
    called.retain(|index| moved.contains(index));
    Ok(called)
}

/// A short name for each number: a, b, …, z, aa, …
pub(crate) fn letters(number: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    let last = char::from(LETTERS[number % LETTERS.len()]);
    match number / LETTERS.len() {
        0 => last.to_string(),
        rest => letters(rest - 1) + &last.to_string(),
    }
}

/// Writes the first half.
struct First<'b, 'p, 'a>(&'b Plan<'p, 'a>);

impl Reencode for First<'_, '_, '_> {
    type Error = Failure;

    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error<Failure>> {
        self.0.in_first.get(&index).copied().ok_or(reencode::Error::UserError(Failure::Lost(index)))
    }

    fn parse_import_section(
        &mut self,
        imports: &mut ImportSection,
        section: wasmparser::ImportSectionReader<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        for import in section.into_imports() {
            let import = import?;
            let name = self.0.short.get(import.name).map_or(import.name, String::as_str);
            imports.import(import.module, name, self.entity_type(import.ty)?);
        }
        Ok(())
    }

    fn parse_function_section(
        &mut self,
        functions: &mut FunctionSection,
        _section: wasmparser::FunctionSectionReader<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        let Plan { program, order, .. } = self.0;
        for &index in &order[program.imported as usize..] {
            functions.function(program.functions[index as usize]);
        }
        functions.function(program.functions[self.0.fill as usize]);
        Ok(())
    }

    fn parse_table_section(
        &mut self,
        tables: &mut TableSection,
        section: wasmparser::TableSectionReader<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        utils::parse_table_section(self, tables, section)?;
        tables.table(self.0.table_type()).table(self.0.lent_type());
        Ok(())
    }

    fn parse_element_section(
        &mut self,
        elements: &mut ElementSection,
        section: wasmparser::ElementSectionReader<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        let Plan { in_first, .. } = self.0;
        for element in section {
            let element = element?;
            match (&element.kind, &element.items) {
                (ElementKind::Active { table_index, offset_expr }, ElementItems::Functions(functions)) => {
                    let offset = self.const_expr(offset_expr.clone())?;
                    let functions: Vec<u32> = functions.clone().into_iter().collect::<Result<_, _>>()?;
                    // What cannot be called yet has nothing in its slot that could be.
                    let filler = self.0.filler();
                    let functions =
                        functions.iter().map(|index| in_first.get(index).copied().unwrap_or(filler)).collect();
                    elements.active(*table_index, &offset, Elements::Functions(functions));
                }
                _ => utils::parse_element(self, elements, element)?,
            }
        }
        let lent: Vec<u32> = self.0.lent.iter().map(|index| self.0.in_first[index]).collect();
        elements.active(Some(self.0.table() + 1), &ConstExpr::i32_const(0), Elements::Functions(lent.into()));
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        utils::parse_export_section(self, exports, section)?;
        let program = self.0.program;
        let kinds = [
            ("m", ExportKind::Memory, program.memories.len()),
            ("t", ExportKind::Table, program.tables.len() + 1),
            ("g", ExportKind::Global, program.globals.len()),
        ];
        for (letter, kind, count) in kinds {
            for (index, number) in (0..).zip(0..count) {
                exports.export(&format!("{letter}{number}"), kind, index);
            }
        }
        exports.export(LENT, ExportKind::Table, self.0.table() + 1);
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        code: &mut CodeSection,
        _section: CodeSectionReader<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        let Plan { program, places, order, .. } = self.0;
        for &index in &order[program.imported as usize..] {
            if let Some(&place) = places.get(&index) {
                code.function(&self.0.stub(index, place));
            } else if let Some(body) = program.body(index) {
                self.parse_function_body(code, body.clone())?;
            }
        }
        code.function(&self.0.filler_body());
        Ok(())
    }

    fn data_count(&mut self, _count: u32) -> Result<u32, reencode::Error<Failure>> {
        Ok(self.0.data.len())
    }

    fn data_index(&mut self, index: u32) -> Result<u32, reencode::Error<Failure>> {
        Err(reencode::Error::UserError(Failure::Unknown(format!("the data {index} in code"))))
    }

    fn parse_data_section(
        &mut self,
        data: &mut DataSection,
        _section: wasmparser::DataSectionReader<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        *data = self.0.data.clone();
        Ok(())
    }

    /// Names were for choosing.
    fn parse_custom_section(
        &mut self,
        _module: &mut Module,
        _section: wasmparser::CustomSectionReader<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        Ok(())
    }
}

/// Writes the second half.
struct Later<'b, 'p, 'a>(&'b Plan<'p, 'a>);

impl Reencode for Later<'_, '_, '_> {
    type Error = Failure;

    fn function_index(&mut self, index: u32) -> Result<u32, reencode::Error<Failure>> {
        self.0.in_later.get(&index).copied().ok_or(reencode::Error::UserError(Failure::Lost(index)))
    }

    fn data_index(&mut self, index: u32) -> Result<u32, reencode::Error<Failure>> {
        Err(reencode::Error::UserError(Failure::Unknown(format!("the data {index} in code"))))
    }

    fn element_index(&mut self, index: u32) -> Result<u32, reencode::Error<Failure>> {
        Err(reencode::Error::UserError(Failure::Unknown(format!("the elements {index} in code"))))
    }
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{NameMap, NameSection, ValType};

    use super::*;

    /// `start` knows the number 1, and calls `rare`, which calls `common`; `fill_later` calls `helper`. In the slot `slot` of a
    /// table is `common`.
    fn program(slot: i32) -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([ValType::I32, ValType::I64], [ValType::I32]);
        module.section(&types);
        let mut imports = ImportSection::new();
        imports.import("page", "load", EntityType::Function(0));
        module.section(&imports);
        let mut functions = FunctionSection::new();
        for ty in [0, 1, 1, 0, 0] {
            functions.function(ty);
        }
        module.section(&functions);
        let mut tables = TableSection::new();
        let minimum = 10;
        tables.table(TableType {
            element_type: RefType::FUNCREF,
            minimum,
            maximum: None,
            table64: false,
            shared: false,
        });
        module.section(&tables);
        let mut exports = ExportSection::new();
        exports.export("start", ExportKind::Func, 1).export(FILL, ExportKind::Func, 4);
        module.section(&exports);
        let mut elements = ElementSection::new();
        elements.active(None, &ConstExpr::i32_const(slot), Elements::Functions([3].as_slice().into()));
        module.section(&elements);
        let mut code = CodeSection::new();
        let large = [true, true, false, true, false];
        let calls: [&[Instruction<'_>]; 5] = [
            &[Instruction::I32Const(1), Instruction::I64Const(2), Instruction::Call(2), Instruction::Drop],
            &[Instruction::LocalGet(0), Instruction::LocalGet(1), Instruction::Call(3)],
            &[Instruction::LocalGet(0)],
            &[Instruction::Call(5)],
            &[Instruction::Call(0)],
        ];
        for (instructions, is_large) in calls.into_iter().zip(large) {
            let mut function = Function::new([]);
            for instruction in instructions {
                function.instruction(instruction);
            }
            if is_large {
                for _ in 0..SMALLEST {
                    function.instruction(&Instruction::Nop);
                }
            }
            code.function(function.instruction(&Instruction::End));
        }
        module.section(&code);
        let mut names = NameMap::new();
        for (index, name) in (1..).zip(["start", "rare", "common", "fill", "helper"]) {
            names.append(index, name);
        }
        let mut section = NameSection::new();
        section.functions(&names);
        module.section(&section);
        module.finish()
    }

    fn halves(later: &[&str]) -> Halves {
        with_slot(9, later)
    }

    fn with_slot(slot: i32, later: &[&str]) -> Halves {
        let halves =
            divide(&program(slot), &mut String::new(), |name| later.contains(&name)).expect("it can be divided");
        for half in [&halves.first, &halves.later] {
            wasmparser::validate(half).expect("each half is valid");
        }
        halves
    }

    #[test]
    fn what_is_moved_leaves_a_stub_and_borrows_what_it_calls() {
        let halves = halves(&["rare"]);
        assert_eq!(halves.moved, 1);
        let first = Program::read(&halves.first).expect("valid");
        assert_eq!(first.own().len(), 6, "one of the five is a stub, and one fills the table");
        let later = Program::read(&halves.later).expect("valid");
        assert_eq!((later.imported, later.own().len()), (1, 1), "it borrows one function and brings one");
    }

    #[test]
    fn what_nothing_in_the_first_half_calls_leaves_no_stub() {
        let halves = halves(&["rare", "common"]);
        assert_eq!(halves.moved, 2);
        assert_eq!(Program::read(&halves.first).expect("valid").own().len(), 5);
    }

    #[test]
    fn what_is_small_and_called_at_first_stays() {
        assert_eq!(halves(&["common"]).moved, 0, "what calls it is there");
        assert_eq!(halves(&["rare", "common"]).moved, 2, "what calls it is not");
    }

    #[test]
    fn what_is_in_a_slot_comes_later_if_nothing_knows_its_number() {
        assert_eq!(with_slot(9, &["rare", "common"]).moved, 2);
        assert_eq!(
            with_slot(1, &["rare", "common"]).moved,
            1,
            "it may be called by its number, and is too small to wait"
        );
        let later = with_slot(9, &["rare", "common"]).later;
        let slots: Vec<_> =
            Program::read(&later).expect("valid").slots.iter().map(|slot| (slot.table, slot.number)).collect();
        assert_eq!(slots, [(1, 0), (0, 9)], "the second half puts both where they belong");
    }

    #[test]
    fn what_loads_the_second_half_is_in_the_first_with_all_that_it_calls() {
        assert_eq!(halves(&["fill", "helper"]).moved, 0);
    }

    #[test]
    fn what_is_not_on_the_list_stays() {
        let halves = halves(&["gone"]);
        assert_eq!((halves.moved, Program::read(&halves.first).expect("valid").own().len()), (0, 6));
    }

    #[test]
    fn short_names_never_meet_those_of_memories_tables_and_globals() {
        let names: Vec<String> = (0..2_000).map(letters).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
        assert!(names.iter().all(|name| name.bytes().all(|letter| letter.is_ascii_lowercase())));
    }
}
