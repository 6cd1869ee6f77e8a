//! generator.h.
use crate::{
    c_void, synface_context, synface_error, synface_instance_table, synface_sink, synface_status,
    synface_str, synface_tensor,
};

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct synface_key {
    pub data_seed: u64,
    pub identity: u32,
    pub sample: u32,
    pub set: u32,
    pub reserved: u32,
}

pub const SYNFACE_BLOCK_PER_IDENTITY: u64 = 1 << 0;
pub const SYNFACE_BLOCK_MIXABLE: u64 = 1 << 1;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_block {
    pub struct_size: u32,
    pub offset: u32,
    pub length: u32,
    pub reserved: u32,
    pub flags: u64,
    pub name: synface_str,
    pub doc: synface_str,
}

type Rows = unsafe extern "C" fn(
    *mut c_void,
    *const synface_context,
    *const synface_tensor,
    *const synface_key,
    *const synface_tensor,
    *mut synface_error,
) -> synface_status;
type OfKey = unsafe extern "C" fn(
    *mut c_void,
    *const synface_key,
    *const synface_sink,
    *mut synface_error,
) -> synface_status;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_generator_table {
    pub base: synface_instance_table,
    pub blocks: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *mut *const *const synface_block,
            *mut u32,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub extent: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *mut u64,
            u64,
            u64,
            *mut u64,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub latents: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *const synface_key,
            u64,
            *const synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub render: Option<Rows>,
    pub fetch: Option<OfKey>,
    pub identity_name: Option<
        unsafe extern "C" fn(
            *mut c_void,
            u64,
            *const synface_sink,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub masks: Option<Rows>,
    pub image_name: Option<OfKey>,
}
