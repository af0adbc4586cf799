//! What a wasm program consists of, as far as it takes to divide it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use wasmparser::{
    ConstExpr, Element, ElementItems, ElementKind, ExternalKind, FuncType, FunctionBody, GlobalType, KnownCustom,
    MemoryType, Name, NameSectionReader, Operator, Parser, Payload, TableType, TypeRef,
};

use crate::Failure;
use crate::data::Segment;
use crate::meaning::Meanings;

/// A place in a table, and the function in it at first.
pub(crate) struct Slot {
    pub(crate) table: u32,
    pub(crate) number: u32,
    pub(crate) function: u32,
}

/// A program, read.
#[derive(Default)]
pub(crate) struct Program<'a> {
    /// Its types of functions, by index.
    pub(crate) types: Vec<FuncType>,
    /// The names of what it imports.
    pub(crate) imports: Vec<&'a str>,
    /// How many functions it imports: these have the first indexes.
    pub(crate) imported: u32,
    /// The index of each function's type, imported ones first.
    pub(crate) functions: Vec<u32>,
    pub(crate) tables: Vec<TableType>,
    pub(crate) memories: Vec<MemoryType>,
    pub(crate) globals: Vec<GlobalType>,
    /// What it exports: names of functions.
    pub(crate) exports: BTreeMap<&'a str, u32>,
    /// The functions in its tables.
    pub(crate) slots: Vec<Slot>,
    /// The functions that something else than code and such a table refers to.
    pub(crate) rooted: BTreeSet<u32>,
    /// The code, without imported functions.
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    /// Where the code is in the file.
    pub(crate) code: Range<usize>,
    /// What its memory holds at first.
    pub(crate) segments: Vec<Segment<'a>>,
    /// What addresses in it mean.
    pub(crate) meanings: Meanings,
    /// What functions are called, as [`crate::names::short`] has it.
    pub(crate) names: BTreeMap<u32, String>,
}

impl<'a> Program<'a> {
    /// Reads `bytes`.
    pub(crate) fn read(bytes: &'a [u8]) -> Result<Self, Failure> {
        let mut program = Self::default();
        for payload in Parser::new(0).parse_all(bytes) {
            program.take(payload?)?;
        }
        program.name_others()?;
        Ok(program)
    }

    /// What was made after the compiler has no name: it is called by what it calls.
    fn name_others(&mut self) -> Result<(), Failure> {
        for index in self.own().filter(|index| !self.names.contains_key(index)).collect::<Vec<_>>() {
            let called = self.named_by(index)?;
            let called: Vec<&str> =
                called.iter().filter_map(|index| self.names.get(index)).map(String::as_str).collect();
            if !called.is_empty() {
                self.names.insert(index, crate::names::short(&format!("? for {}", called.join(", "))));
            }
        }
        Ok(())
    }

    fn take(&mut self, payload: Payload<'a>) -> Result<(), Failure> {
        match payload {
            Payload::TypeSection(section) => {
                for function in section.into_iter_err_on_gc_types() {
                    self.types.push(function?);
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    self.imports.push(import.name);
                    match import.ty {
                        TypeRef::Func(ty) => self.functions.push(ty),
                        TypeRef::Table(ty) => self.tables.push(ty),
                        TypeRef::Memory(ty) => self.memories.push(ty),
                        TypeRef::Global(ty) => self.globals.push(ty),
                        other => return Err(Failure::Unknown(format!("an import of the kind {other:?}"))),
                    }
                }
                self.imported = u32::try_from(self.functions.len()).unwrap_or(u32::MAX);
            }
            Payload::FunctionSection(section) => {
                for ty in section {
                    self.functions.push(ty?);
                }
            }
            Payload::TableSection(section) => {
                for table in section {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memories.push(memory?);
                }
            }
            Payload::GlobalSection(section) => {
                for global in section {
                    let global = global?;
                    self.globals.push(global.ty);
                    self.root(global.init_expr.get_operators_reader())?;
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    if export.kind == ExternalKind::Func {
                        self.exports.insert(export.name, export.index);
                        self.rooted.insert(export.index);
                    }
                }
            }
            Payload::StartSection { func, .. } => {
                self.rooted.insert(func);
            }
            Payload::ElementSection(section) => {
                for element in section {
                    self.take_element(element?)?;
                }
            }
            Payload::DataSection(section) => {
                for data in section {
                    self.segments.push(Segment::read(data?)?);
                }
            }
            Payload::CodeSectionStart { range, .. } => self.code = range,
            Payload::CodeSectionEntry(body) => self.bodies.push(body),
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::Name(names) => self.take_names(names)?,
                KnownCustom::Linking(symbols) => self.meanings.read_symbols(&symbols)?,
                KnownCustom::Reloc(uses) => self.meanings.read_uses(&uses, &self.segments)?,
                _ => {}
            },
            // The rest names no function.
            _ => {}
        }
        Ok(())
    }

    fn take_element(&mut self, element: Element<'_>) -> Result<(), Failure> {
        match element.items {
            ElementItems::Functions(functions) => {
                let place = match element.kind {
                    ElementKind::Active { table_index, offset_expr } => {
                        constant(&offset_expr)?.map(|offset| (table_index.unwrap_or(0), offset))
                    }
                    ElementKind::Passive | ElementKind::Declared => None,
                };
                for (number, function) in (0..).zip(functions) {
                    let function = function?;
                    match place {
                        Some((table, offset)) => self.slots.push(Slot { table, number: offset + number, function }),
                        None => {
                            self.rooted.insert(function);
                        }
                    }
                }
            }
            ElementItems::Expressions(_, expressions) => {
                for expression in expressions {
                    self.root(expression?.get_operators_reader())?;
                }
            }
        }
        Ok(())
    }

    fn take_names(&mut self, names: NameSectionReader<'a>) -> Result<(), Failure> {
        for name in names {
            match name? {
                Name::Function(functions) => {
                    for naming in functions {
                        let naming = naming?;
                        self.names.insert(naming.index, crate::names::short(naming.name));
                    }
                }
                Name::Data(segments) => {
                    for naming in segments {
                        let naming = naming?;
                        if let Some(segment) = self.segments.get_mut(naming.index as usize) {
                            segment.name = naming.name;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn root(&mut self, mut operators: wasmparser::OperatorsReader<'_>) -> Result<(), Failure> {
        while !operators.eof() {
            self.rooted.extend(target(&operators.read()?));
        }
        Ok(())
    }

    /// The code of the function `index`, if it is not imported.
    pub(crate) fn body(&self, index: u32) -> Option<&FunctionBody<'a>> {
        self.bodies.get(index.checked_sub(self.imported)? as usize)
    }

    /// The functions that have code.
    pub(crate) fn own(&self) -> Range<u32> {
        self.imported..u32::try_from(self.functions.len()).unwrap_or(u32::MAX)
    }

    /// The functions that the code of `index` names.
    pub(crate) fn named_by(&self, index: u32) -> Result<BTreeSet<u32>, Failure> {
        let mut named = BTreeSet::new();
        if let Some(body) = self.body(index) {
            let mut operators = body.get_operators_reader()?;
            while !operators.eof() {
                named.extend(target(&operators.read()?));
            }
        }
        Ok(named)
    }

    /// How many bytes the code of `index` takes.
    pub(crate) fn size(&self, index: u32) -> usize {
        self.body(index).map_or(0, |body| body.range().len())
    }
}

/// The number that an expression is, if it is one.
pub(crate) fn constant(expression: &ConstExpr<'_>) -> Result<Option<u32>, Failure> {
    let mut operators = expression.get_operators_reader();
    Ok(match (operators.read()?, operators.read()?) {
        (Operator::I32Const { value }, Operator::End) => Some(value.cast_unsigned()),
        _ => None,
    })
}

fn target(operator: &Operator<'_>) -> Option<u32> {
    match operator {
        Operator::Call { function_index }
        | Operator::ReturnCall { function_index }
        | Operator::RefFunc { function_index } => Some(*function_index),
        _ => None,
    }
}
