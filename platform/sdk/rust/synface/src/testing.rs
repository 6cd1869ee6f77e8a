//! For an author's own tests: an instance and a context without a host.
use synface_sys as sys;

use crate::context::Context;
use crate::create::{Create, Dims};
use crate::error::{Error, Result};
use crate::plugin::Plugin;

/// A parameter's value.
#[derive(Clone, Copy, Debug)]
pub enum Setting {
    F64(f64),
    /// Of an integer, a flag (0, 1), or the index of a choice.
    I64(i64),
    Text(&'static str),
}

unsafe extern "C" fn no_service(
    _: *const sys::synface_host,
    _: *const sys::c_char,
) -> *const sys::c_void {
    std::ptr::null()
}

/// Makes an instance with default parameters but for those given. The host has no services.
pub fn create<P: Plugin>(settings: &[(&str, Setting)], dims: Dims) -> Result<P> {
    let mut values: Vec<_> = P::PARAMS.iter().map(|p| p.default_value()).collect();
    for (key, setting) in settings {
        let place = P::PARAMS.iter().position(|p| p.key() == *key);
        let place = place.ok_or_else(|| Error::invalid("no such parameter").at(*key))?;
        let value = &mut values[place];
        match *setting {
            Setting::F64(number) => value.f64 = number,
            Setting::I64(number) => value.i64 = number,
            Setting::Text(text) => value.str = sys::synface_str::new(text),
        }
    }
    let host = sys::synface_host {
        struct_size: std::mem::size_of::<sys::synface_host>() as u32,
        abi_major: sys::SYNFACE_ABI_MAJOR,
        abi_minor: sys::SYNFACE_ABI_MINOR,
        reserved: 0,
        name: sys::synface_str::new("test"),
        version: sys::synface_str::EMPTY,
        get_ext: Some(no_service),
    };
    let dims = dims.raw();
    // SAFETY: all of it lives until create() returns.
    let create =
        unsafe { Create::lent(&host, P::PARAMS, values.as_ptr(), values.len() as u32, &dims) }?;
    P::create(&create)
}

/// What a call's context holds.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    pub train: bool,
    pub key: [u32; 2],
    pub counter: u64,
    pub step: u64,
    pub margin_scale: f32,
}

impl Default for Call {
    fn default() -> Call {
        Call { train: true, key: [1, 0], counter: 0, step: 0, margin_scale: 1.0 }
    }
}

/// Runs a body with the context of one call.
pub fn with_context<R>(call: Call, body: impl FnOnce(&Context) -> R) -> R {
    let raw = sys::synface_context {
        struct_size: std::mem::size_of::<sys::synface_context>() as u32,
        phase: if call.train { sys::SYNFACE_PHASE_TRAIN } else { sys::SYNFACE_PHASE_EVAL },
        dev_type: sys::SYNFACE_DEVICE_CPU,
        dev_id: 0,
        stream: std::ptr::null_mut(),
        key: call.key,
        counter: call.counter,
        step: call.step,
        total_steps: call.step + 1,
        epoch: 0,
        threads: 1,
        compute: sys::synface_dtype { code: sys::SYNFACE_FLOAT, bits: 32, lanes: 1 },
        deterministic: 1,
        margin_scale: call.margin_scale,
        cancel: std::ptr::null(),
    };
    // SAFETY: `raw` outlives the body, and its size is right.
    body(&unsafe { Context::lent(&raw) }.expect("the context is whole"))
}
