//! ext/*.h: optional services of the host, and `state`, which a plugin offers.
use crate::{
    c_void, synface_context, synface_error, synface_sink, synface_status, synface_str,
    synface_tensor,
};
use core::ffi::CStr;

pub const SYNFACE_EXT_ALLOC: &CStr = c"synface.alloc/1";
pub const SYNFACE_EXT_CODEC: &CStr = c"synface.codec/1";
pub const SYNFACE_EXT_IMAGES: &CStr = c"synface.images/1";
pub const SYNFACE_EXT_LISTING: &CStr = c"synface.listing/1";
pub const SYNFACE_EXT_LOG: &CStr = c"synface.log/1";
pub const SYNFACE_EXT_MATH: &CStr = c"synface.math/1";
pub const SYNFACE_EXT_METRIC: &CStr = c"synface.metric/1";
pub const SYNFACE_EXT_PARALLEL: &CStr = c"synface.parallel/1";
pub const SYNFACE_EXT_STATE: &CStr = c"synface.state/1";
pub const SYNFACE_EXT_TENSORFILE: &CStr = c"synface.tensorfile/1";

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_ext_alloc {
    pub struct_size: u32,
    pub reserved: u32,
    pub take: Option<
        unsafe extern "C" fn(
            *const synface_context,
            u64,
            *mut *mut c_void,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub give: Option<unsafe extern "C" fn(*const synface_context, *mut c_void)>,
}

pub const SYNFACE_CODEC_PNG: u32 = 1;
pub const SYNFACE_CODEC_JPEG: u32 = 2;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_ext_codec {
    pub struct_size: u32,
    pub reserved: u32,
    pub measure: Option<
        unsafe extern "C" fn(
            *const c_void,
            u64,
            *mut i64,
            *mut i64,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub decode: Option<
        unsafe extern "C" fn(
            *const c_void,
            u64,
            *const synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub encode: Option<
        unsafe extern "C" fn(
            u32,
            u32,
            *const synface_tensor,
            *const synface_sink,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub resize: Option<
        unsafe extern "C" fn(
            *const synface_tensor,
            *const synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_ext_images {
    pub struct_size: u32,
    pub reserved: u32,
    pub read: Option<
        unsafe extern "C" fn(
            *const synface_context,
            u64,
            *const synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub embed: Option<
        unsafe extern "C" fn(
            *const synface_context,
            *const synface_tensor,
            *const synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_listed_image {
    pub identity: u64,
    pub sample: u64,
    pub name: synface_str,
    pub path: synface_str,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_listed_pair {
    pub fold: i64,
    pub same: i64,
    pub first: synface_str,
    pub second: synface_str,
}

type EachImage = unsafe extern "C" fn(
    *mut c_void,
    *const synface_listed_image,
    *mut synface_error,
) -> synface_status;
type EachPair = unsafe extern "C" fn(
    *mut c_void,
    *const synface_listed_pair,
    *mut synface_error,
) -> synface_status;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_ext_listing {
    pub struct_size: u32,
    pub reserved: u32,
    pub folder: Option<
        unsafe extern "C" fn(
            synface_str,
            Option<EachImage>,
            *mut c_void,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub pairs: Option<
        unsafe extern "C" fn(
            synface_str,
            synface_str,
            Option<EachPair>,
            *mut c_void,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub images: Option<
        unsafe extern "C" fn(
            synface_str,
            Option<EachImage>,
            *mut c_void,
            *mut synface_error,
        ) -> synface_status,
    >,
}

pub const SYNFACE_LOG_DEBUG: u32 = 0;
pub const SYNFACE_LOG_INFO: u32 = 1;
pub const SYNFACE_LOG_WARNING: u32 = 2;
pub const SYNFACE_LOG_ERROR: u32 = 3;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_ext_log {
    pub struct_size: u32,
    pub reserved: u32,
    pub write: Option<unsafe extern "C" fn(u32, synface_str)>,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_ext_math {
    pub struct_size: u32,
    pub reserved: u32,
    pub gemm: Option<
        unsafe extern "C" fn(
            *const synface_context,
            *const synface_tensor,
            u32,
            *const synface_tensor,
            u32,
            f64,
            f64,
            *const synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub normalise_rows: Option<
        unsafe extern "C" fn(
            *const synface_context,
            *const synface_tensor,
            *const synface_tensor,
            *const synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_ext_metric {
    pub struct_size: u32,
    pub reserved: u32,
    pub define: Option<
        unsafe extern "C" fn(
            synface_str,
            synface_str,
            synface_str,
            *mut u32,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub record: Option<
        unsafe extern "C" fn(
            *const synface_context,
            u32,
            f64,
            *mut synface_error,
        ) -> synface_status,
    >,
}

pub type synface_parallel_body =
    unsafe extern "C" fn(*mut c_void, u64, u64, *mut synface_error) -> synface_status;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_ext_parallel {
    pub struct_size: u32,
    pub reserved: u32,
    pub each: Option<
        unsafe extern "C" fn(
            *const synface_context,
            u64,
            u64,
            Option<synface_parallel_body>,
            *mut c_void,
            *mut synface_error,
        ) -> synface_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_source {
    pub struct_size: u32,
    pub reserved: u32,
    pub user: *mut c_void,
    pub read: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *mut c_void,
            u64,
            *mut u64,
            *mut synface_error,
        ) -> synface_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_ext_state {
    pub struct_size: u32,
    pub version: u32,
    pub save: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_sink,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub load: Option<
        unsafe extern "C" fn(
            *mut c_void,
            u32,
            *const synface_source,
            *mut synface_error,
        ) -> synface_status,
    >,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_ext_tensorfile {
    pub struct_size: u32,
    pub reserved: u32,
    pub open: Option<
        unsafe extern "C" fn(synface_str, *mut *mut c_void, *mut synface_error) -> synface_status,
    >,
    pub close: Option<unsafe extern "C" fn(*mut c_void)>,
    pub get: Option<
        unsafe extern "C" fn(
            *mut c_void,
            synface_str,
            *mut synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub metadata: Option<
        unsafe extern "C" fn(
            *mut c_void,
            synface_str,
            *mut synface_str,
            *mut synface_error,
        ) -> synface_status,
    >,
}
