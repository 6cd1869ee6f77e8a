//! loss.h.
use crate::{
    c_void, synface_context, synface_error, synface_instance_table, synface_parameters_table,
    synface_status, synface_tensor,
};

pub const SYNFACE_LOSS_MARGIN: u32 = 1;
pub const SYNFACE_LOSS_LOGITS: u32 = 2;
pub const SYNFACE_LOSS_EMBEDDING: u32 = 3;

pub const SYNFACE_LOSS_NORM_X: u64 = 1 << 0;
pub const SYNFACE_LOSS_NORM_W: u64 = 1 << 1;
pub const SYNFACE_LOSS_JOINT_TARGETS: u64 = 1 << 2;

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct synface_loss_info {
    pub struct_size: u32,
    pub form: u32,
    pub flags: u64,
    pub scale: f64,
    pub margin: f64,
    pub subcentres: u32,
    pub margin_unit: u32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_loss_table {
    pub base: synface_instance_table,
    pub parameters: *const synface_parameters_table,
    pub info: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *mut synface_loss_info,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub margin: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub logits: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *mut *mut c_void,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub logits_backward: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *mut c_void,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub loss: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *mut *mut c_void,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub loss_backward: Option<
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
}
