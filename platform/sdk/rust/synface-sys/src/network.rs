//! backbone.h.
use crate::{
    c_void, synface_context, synface_dtype, synface_error, synface_instance_table, synface_status,
    synface_str, synface_tensor,
};

pub const SYNFACE_PARAMETER_TRAINABLE: u64 = 1 << 0;
pub const SYNFACE_PARAMETER_BUFFER: u64 = 1 << 1;
pub const SYNFACE_PARAMETER_NO_DECAY: u64 = 1 << 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_parameter {
    pub struct_size: u32,
    pub ndim: u32,
    pub shape: *const i64,
    pub name: synface_str,
    pub dtype: synface_dtype,
    pub lr_scale: f32,
    pub flags: u64,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_parameters_table {
    pub struct_size: u32,
    pub reserved: u32,
    pub list: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *mut *const *const synface_parameter,
            *mut u32,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub init: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *const *const synface_tensor,
            u32,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub bind: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const *const synface_tensor,
            *const *const synface_tensor,
            u32,
            *mut synface_error,
        ) -> synface_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_backbone_table {
    pub base: synface_instance_table,
    pub parameters: *const synface_parameters_table,
    pub forward: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *const synface_tensor,
            *const synface_tensor,
            *mut *mut c_void,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub backward: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *mut c_void,
            *const synface_tensor,
            *const synface_tensor,
            u32,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub tape_free: Option<unsafe extern "C" fn(*mut c_void, *mut c_void)>,
    pub calibrate: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *const synface_tensor,
            u64,
            u64,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub embedding:
        Option<unsafe extern "C" fn(*mut c_void, *mut i64, *mut synface_error) -> synface_status>,
}
