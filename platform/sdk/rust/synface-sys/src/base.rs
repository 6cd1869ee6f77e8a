//! base.h, status.h, tensor.h, context.h, host.h, philox.h.
use crate::{c_char, c_void};

pub const SYNFACE_ABI_MAJOR: u32 = 0;
pub const SYNFACE_ABI_MINOR: u32 = 1;

pub type synface_status = i32;

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct synface_str {
    pub data: *const c_char,
    pub size: u64,
}
// Text of a plugin's own descriptors, which are const data.
unsafe impl Send for synface_str {}
unsafe impl Sync for synface_str {}

impl synface_str {
    pub const EMPTY: synface_str = synface_str { data: core::ptr::null(), size: 0 };

    pub const fn new(text: &'static str) -> synface_str {
        synface_str { data: text.as_ptr().cast(), size: text.len() as u64 }
    }
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub user: *mut c_void,
    pub write: Option<
        unsafe extern "C" fn(*mut c_void, *const c_void, u64, *mut synface_error) -> synface_status,
    >,
}

pub const SYNFACE_DEVICE_CPU: i32 = 1;
pub const SYNFACE_DEVICE_CUDA: i32 = 2;

pub const SYNFACE_OK: synface_status = 0;
pub const SYNFACE_ERR_INVALID: synface_status = 1;
pub const SYNFACE_ERR_UNSUPPORTED: synface_status = 2;
pub const SYNFACE_ERR_MEMORY: synface_status = 3;
pub const SYNFACE_ERR_CANCELLED: synface_status = 4;
pub const SYNFACE_ERR_NUMERIC: synface_status = 5;
pub const SYNFACE_ERR_IO: synface_status = 6;
pub const SYNFACE_ERR_INTERNAL: synface_status = 7;
pub const SYNFACE_ERR_ABI: synface_status = 8;

#[repr(C)]
pub struct synface_error {
    pub struct_size: u32,
    pub code: i32,
    pub message: [c_char; 1024],
    pub r#where: [c_char; 128],
}

pub const SYNFACE_INT: u8 = 0;
pub const SYNFACE_UINT: u8 = 1;
pub const SYNFACE_FLOAT: u8 = 2;
pub const SYNFACE_BFLOAT: u8 = 4;

#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct synface_dtype {
    pub code: u8,
    pub bits: u8,
    pub lanes: u16,
}

pub const SYNFACE_TENSOR_READ_ONLY: u64 = 1 << 0;
pub const SYNFACE_TENSOR_CHANNELS_LAST: u64 = 1 << 1;
pub const SYNFACE_MAX_DIMS: i32 = 8;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_tensor {
    pub data: *mut c_void,
    pub dev_type: i32,
    pub dev_id: i32,
    pub ndim: i32,
    pub dtype: synface_dtype,
    pub shape: *const i64,
    pub strides: *const i64,
    pub byte_offset: u64,
    pub flags: u64,
}

pub const SYNFACE_PHASE_TRAIN: u32 = 1;
pub const SYNFACE_PHASE_EVAL: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_context {
    pub struct_size: u32,
    pub phase: u32,
    pub dev_type: i32,
    pub dev_id: i32,
    pub stream: *mut c_void,
    pub key: [u32; 2],
    pub counter: u64,
    pub step: u64,
    pub total_steps: u64,
    pub epoch: u32,
    pub threads: u32,
    pub compute: synface_dtype,
    pub deterministic: u32,
    pub margin_scale: f32,
    pub cancel: *const u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_host {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub reserved: u32,
    pub name: synface_str,
    pub version: synface_str,
    pub get_ext: Option<unsafe extern "C" fn(*const synface_host, *const c_char) -> *const c_void>,
}

pub const SYNFACE_STREAM_INIT: u32 = 1;
pub const SYNFACE_STREAM_IDENTITY: u32 = 2;
pub const SYNFACE_STREAM_SAMPLE: u32 = 3;
pub const SYNFACE_STREAM_MIXUP: u32 = 4;
pub const SYNFACE_STREAM_AUGMENT: u32 = 5;
pub const SYNFACE_STREAM_DROPOUT: u32 = 6;
pub const SYNFACE_STREAM_ORDER: u32 = 7;
