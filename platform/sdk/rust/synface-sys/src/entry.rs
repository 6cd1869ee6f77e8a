//! note.h and entry.h.
use crate::{
    synface_error, synface_host, synface_instance_table, synface_param, synface_status, synface_str,
};

pub const SYNFACE_NOTE_TYPE: u32 = 1;
pub const SYNFACE_NOTE_MAX: usize = 65536;

/// An ELF note for the section `.note.synface`; `N` is a multiple of four.
#[repr(C, align(4))]
pub struct synface_note_record<const N: usize> {
    pub namesz: u32,
    pub descsz: u32,
    pub r#type: u32,
    pub name: [u8; 8],
    pub desc: [u8; N],
}

impl<const N: usize> synface_note_record<N> {
    /// The text, padded with NUL. A text that does not fit is an error while compiling.
    pub const fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        assert!(bytes.len() <= N && N % 4 == 0 && N <= SYNFACE_NOTE_MAX);
        let mut desc = [0u8; N];
        let mut i = 0;
        while i < bytes.len() {
            desc[i] = bytes[i];
            i += 1;
        }
        Self { namesz: 8, descsz: N as u32, r#type: SYNFACE_NOTE_TYPE, name: *b"synface\0", desc }
    }
}

/// The descriptor's size for a text: a multiple of four with room for at least one NUL, as the C
/// macro has it.
pub const fn note_size(text: &str) -> usize {
    (text.len() + 4) / 4 * 4
}

pub const SYNFACE_KIND_GENERATOR: u32 = 1;
pub const SYNFACE_KIND_MIXUP: u32 = 2;
pub const SYNFACE_KIND_BACKBONE: u32 = 3;
pub const SYNFACE_KIND_LOSS: u32 = 4;
pub const SYNFACE_KIND_BENCHMARK: u32 = 5;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_plugin {
    pub struct_size: u32,
    pub kind: u32,
    pub id: synface_str,
    pub version: synface_str,
    pub doc: synface_str,
    pub revision: u32,
    pub n_params: u32,
    pub params: *const *const synface_param,
    pub table: *const synface_instance_table,
}
// A descriptor is const data.
unsafe impl Sync for synface_plugin {}

pub const SYNFACE_ENTRY_MAGIC: u64 = 0x0045_4341_464e_5953;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_entry {
    pub struct_size: u32,
    pub abi_major: u32,
    pub magic: u64,
    pub abi_minor: u32,
    pub n_plugins: u32,
    pub plugins: *const *const synface_plugin,
    pub init:
        Option<unsafe extern "C" fn(*const synface_host, *mut synface_error) -> synface_status>,
    pub deinit: Option<unsafe extern "C" fn()>,
}
// The entry is const data.
unsafe impl Sync for synface_entry {}
