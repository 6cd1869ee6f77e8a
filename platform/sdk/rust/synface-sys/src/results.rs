//! benchmark.h.
use crate::{
    c_void, synface_context, synface_error, synface_instance_table, synface_key, synface_status,
    synface_str, synface_tensor,
};

pub const SYNFACE_GOAL_NONE: u32 = 0;
pub const SYNFACE_GOAL_MAXIMISE: u32 = 1;
pub const SYNFACE_GOAL_MINIMISE: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_metric_spec {
    pub struct_size: u32,
    pub goal: u32,
    pub primary: u32,
    pub reserved: u32,
    pub key: synface_str,
    pub unit: synface_str,
    pub doc: synface_str,
}

pub const SYNFACE_SET_TRAIN: u32 = 0;
pub const SYNFACE_SET_HELDOUT: u32 = 1;
pub const SYNFACE_SET_REAL: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_eval_set {
    pub struct_size: u32,
    pub set: u32,
    pub data_seed: u64,
    pub identities: u64,
    pub samples: *const u32,
}

pub const SYNFACE_VIEW_PLAIN: u32 = 1;
pub const SYNFACE_VIEW_FLIP: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_request {
    pub struct_size: u32,
    pub reserved: u32,
    pub key: synface_key,
    pub file: synface_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_request_sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub user: *mut c_void,
    pub add: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_request,
            *mut synface_error,
        ) -> synface_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_result_sink {
    pub struct_size: u32,
    pub reserved: u32,
    pub user: *mut c_void,
    pub scalar: Option<
        unsafe extern "C" fn(*mut c_void, synface_str, f64, *mut synface_error) -> synface_status,
    >,
    pub interval: Option<
        unsafe extern "C" fn(
            *mut c_void,
            synface_str,
            f64,
            f64,
            f64,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub curve: Option<
        unsafe extern "C" fn(
            *mut c_void,
            synface_str,
            *const f64,
            *const f64,
            u64,
            synface_str,
            synface_str,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub artifact: Option<
        unsafe extern "C" fn(
            *mut c_void,
            synface_str,
            synface_str,
            *const c_void,
            u64,
            *mut synface_error,
        ) -> synface_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_benchmark_table {
    pub base: synface_instance_table,
    pub metrics: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *mut *const *const synface_metric_spec,
            *mut u32,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub requests: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_eval_set,
            *const synface_request_sink,
            *mut u32,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub evaluate: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *const synface_tensor,
            *const synface_result_sink,
            *mut synface_error,
        ) -> synface_status,
    >,
}
