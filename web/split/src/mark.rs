//! A program that notes which of its functions have run: one byte for each in a memory of its own, exported as `ran`.

use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{CodeSection, ExportKind, ExportSection, Instruction, MemArg, MemorySection, MemoryType, Module};
use wasmparser::{FunctionBody, Parser};

use crate::Failure;
use crate::program::Program;

const PAGE: usize = 65_536;

/// `bytes`, and notes.
pub(crate) fn mark(bytes: &[u8]) -> Result<Vec<u8>, Failure> {
    let program = Program::read(bytes)?;
    let memory = u32::try_from(program.memories.len()).unwrap_or(u32::MAX);
    let mut module = Module::new();
    let mut marker = Marker { memory, next: program.imported, functions: program.functions.len() };
    marker.parse_core_module(&mut module, Parser::new(0), bytes)?;
    Ok(module.finish())
}

struct Marker {
    memory: u32,
    next: u32,
    functions: usize,
}

impl Reencode for Marker {
    type Error = Failure;

    fn parse_memory_section(
        &mut self,
        memories: &mut MemorySection,
        section: wasmparser::MemorySectionReader<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        utils::parse_memory_section(self, memories, section)?;
        let pages = self.functions.div_ceil(PAGE) as u64;
        let notes =
            MemoryType { minimum: pages, maximum: Some(pages), memory64: false, shared: false, page_size_log2: None };
        memories.memory(notes);
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: wasmparser::ExportSectionReader<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        utils::parse_export_section(self, exports, section)?;
        exports.export("ran", ExportKind::Memory, self.memory);
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> Result<(), reencode::Error<Failure>> {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        let note = MemArg { offset: u64::from(self.next), align: 0, memory_index: self.memory };
        function
            .instruction(&Instruction::I32Const(0))
            .instruction(&Instruction::I32Const(1))
            .instruction(&Instruction::I32Store8(note));
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            function.instruction(&self.parse_instruction(&mut operators)?);
        }
        code.function(&function);
        self.next += 1;
        Ok(())
    }
}
