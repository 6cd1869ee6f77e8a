//! mixup.h.
use crate::{
    c_void, synface_context, synface_error, synface_instance_table, synface_key, synface_status,
    synface_tensor,
};

pub const SYNFACE_STAGE_LATENT: u32 = 1;
pub const SYNFACE_STAGE_BATCH: u32 = 2;
pub const SYNFACE_MAX_SOURCES: u32 = 4;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_mix_set {
    pub struct_size: u32,
    pub index: u32,
    pub data_seed: u64,
    pub identities: u64,
    pub samples: *const u32,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct synface_mix_info {
    pub struct_size: u32,
    pub stage: u32,
    pub sources: u32,
    pub sets: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct synface_mix_source {
    pub key: synface_key,
    pub coefficient: f32,
    pub label_weight: f32,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct synface_mixup_table {
    pub base: synface_instance_table,
    pub info: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *mut synface_mix_info,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub pick: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *const synface_key,
            u64,
            *const *const synface_mix_set,
            u32,
            *mut synface_mix_source,
            *mut synface_error,
        ) -> synface_status,
    >,
    pub apply: Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const synface_context,
            *const *const synface_tensor,
            u32,
            *mut synface_mix_source,
            u64,
            *const synface_tensor,
            *mut synface_error,
        ) -> synface_status,
    >,
}
