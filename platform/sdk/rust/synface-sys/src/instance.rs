//! param.h and instance.h.
use crate::{c_char, c_void, synface_error, synface_host, synface_status, synface_str};

pub const SYNFACE_PARAM_BOOL: u32 = 1;
pub const SYNFACE_PARAM_I64: u32 = 2;
pub const SYNFACE_PARAM_F64: u32 = 3;
pub const SYNFACE_PARAM_STR: u32 = 4;
pub const SYNFACE_PARAM_ENUM: u32 = 5;
pub const SYNFACE_PARAM_PATH: u32 = 6;
pub const SYNFACE_PARAM_F64_LIST: u32 = 7;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_value {
    pub r#type: u32,
    pub count: u32,
    pub i64: i64,
    pub f64: f64,
    pub str: synface_str,
    pub list: *const f64,
}

impl synface_value {
    pub const EMPTY: synface_value = synface_value {
        r#type: 0,
        count: 0,
        i64: 0,
        f64: 0.0,
        str: synface_str::EMPTY,
        list: core::ptr::null(),
    };
}

pub const SYNFACE_PARAM_REQUIRED: u64 = 1 << 0;
pub const SYNFACE_PARAM_HAS_NEUTRAL: u64 = 1 << 1;
pub const SYNFACE_PARAM_MIN_EXCLUSIVE: u64 = 1 << 2;
pub const SYNFACE_PARAM_MAX_EXCLUSIVE: u64 = 1 << 3;
pub const SYNFACE_PARAM_NO_EFFECT: u64 = 1 << 32;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_param {
    pub struct_size: u32,
    pub r#type: u32,
    pub flags: u64,
    pub key: synface_str,
    pub doc: synface_str,
    pub unit: synface_str,
    pub min: f64,
    pub max: f64,
    pub def: synface_value,
    pub neutral: synface_value,
    pub choices: *const synface_str,
    pub n_choices: u32,
    pub reserved: u32,
    pub alias: synface_str,
    pub since: synface_str,
}
// A schema is const data.
unsafe impl Sync for synface_param {}

impl synface_param {
    pub const EMPTY: synface_param = synface_param {
        struct_size: core::mem::size_of::<synface_param>() as u32,
        r#type: 0,
        flags: 0,
        key: synface_str::EMPTY,
        doc: synface_str::EMPTY,
        unit: synface_str::EMPTY,
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
        def: synface_value::EMPTY,
        neutral: synface_value::EMPTY,
        choices: core::ptr::null(),
        n_choices: 0,
        reserved: 0,
        alias: synface_str::EMPTY,
        since: synface_str::EMPTY,
    };
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct synface_dims {
    pub struct_size: u32,
    pub dev_type: i32,
    pub dev_id: i32,
    pub reserved: i32,
    pub classes: i64,
    pub embedding: i64,
    pub height: i64,
    pub width: i64,
    pub max_batch: i64,
    pub identities: i64,
    pub samples: i64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_instance_table {
    pub struct_size: u32,
    pub reserved: u32,
    pub create: Option<
        unsafe extern "C" fn(
            *const synface_host,
            *const synface_value,
            u32,
            *const synface_dims,
            *mut *mut c_void,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub destroy: Option<unsafe extern "C" fn(*mut c_void)>,
    pub get_ext: Option<unsafe extern "C" fn(*mut c_void, *const c_char) -> *const c_void>,
}
