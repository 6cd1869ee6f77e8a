//! A mixup: which images are mixed, how strongly, and what the label becomes.
use std::marker::PhantomData;

use synface_sys as sys;
use sys::{c_void, synface_tensor};

pub use sys::synface_key as Key;
pub use sys::synface_mix_source as MixSource;

use crate::context::Context;
use crate::error::{guard, Code, Error, Result};
use crate::plugin::{plugin_of, Life, Plugin};
use crate::tensor::{check_length, Views};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Stage {
    /// Before rendering, on the mixable blocks of latent rows; `pick` must not depend on the step.
    Latent = sys::SYNFACE_STAGE_LATENT,
    /// On the decoded images of a training batch.
    Batch = sys::SYNFACE_STAGE_BATCH,
}

/// What a mixup is, fixed for an instance's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MixInfo {
    pub stage: Stage,
    /// K: 2 .. 4, source 0 being the row's own image.
    pub sources: u32,
    /// 1: its own set; 2: its own and the real set.
    pub sets: u32,
}

/// A set of images from which sources are taken: 0 the trial's own, 1 the real one.
#[derive(Clone, Copy, Debug)]
pub struct MixSet<'a> {
    pub index: u32,
    pub data_seed: u64,
    /// Samples of each identity.
    pub samples: &'a [u32],
}

impl MixSet<'_> {
    pub fn identities(&self) -> u32 {
        self.samples.len() as u32
    }
}

pub trait Mixup: Plugin {
    fn info(&self) -> MixInfo;

    /// Fills `sources[r * K + s]` for source s of row r; source 0 has `keys[r]` itself. Pure: a
    /// latent mixup depends on (keys[r], sets) alone, a batch mixup on (ctx's key and counter,
    /// keys, sets). Coefficients and label weights of a row sum to 1. Not called for an empty
    /// batch.
    fn pick(
        &mut self,
        ctx: &Context,
        keys: &[Key],
        sets: &[MixSet],
        sources: &mut [MixSource],
    ) -> Result<()>;

    /// Whether it mixes by itself, with `apply`; else the host blends linearly.
    const APPLIES: bool = false;

    /// sources: K slices of n rows each (latent: [n, M]; batch: [n, 3, H, W] in [-1, 1]), `out`
    /// likewise. A label weight in `picked` may be changed here.
    fn apply(
        &mut self,
        ctx: &Context,
        sources: &[&[f32]],
        picked: &mut [MixSource],
        out: &mut [f32],
    ) -> Result<()> {
        let _ = (ctx, sources, picked, out);
        Err(Error::new(Code::Unsupported, "this mixup does not mix by itself"))
    }
}

/// The ABI's table of a mixup.
pub struct MixupTable<P>(PhantomData<P>);

impl<P: Mixup> MixupTable<P> {
    pub const TABLE: &'static sys::synface_mixup_table = &sys::synface_mixup_table {
        base: Life::<P>::table(std::mem::size_of::<sys::synface_mixup_table>()),
        info: Some(Self::info),
        pick: Some(Self::pick),
        apply: match P::APPLIES {
            true => Some(Self::apply),
            false => None,
        },
    };

    unsafe extern "C" fn info(
        handle: *mut c_void,
        out: *mut sys::synface_mix_info,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        // SAFETY: lent by the host for this call.
        unsafe {
            guard(error, || {
                let info = plugin_of::<P>(handle).info();
                (*out).stage = info.stage as u32;
                (*out).sources = info.sources;
                (*out).sets = info.sets;
                Ok(())
            })
        }
    }

    unsafe extern "C" fn pick(
        handle: *mut c_void,
        ctx: *const sys::synface_context,
        keys: *const Key,
        n: u64,
        sets: *const *const sys::synface_mix_set,
        n_sets: u32,
        sources: *mut MixSource,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        // SAFETY: lent by the host for this call; n keys, n * K sources, n_sets sets.
        unsafe {
            guard(error, || {
                if n == 0 {
                    return Ok(());
                }
                let ctx = Context::lent(ctx)?;
                let plugin = plugin_of::<P>(handle);
                let n = n as usize;
                let per_row = plugin.info().sources as usize;
                std::ptr::write_bytes(sources, 0, n * per_row); // the host need not have
                let sets: Vec<MixSet> =
                    (0..n_sets as usize).map(|i| mix_set(&**sets.add(i))).collect();
                let keys = std::slice::from_raw_parts(keys, n);
                let sources = std::slice::from_raw_parts_mut(sources, n * per_row);
                plugin.pick(&ctx, keys, &sets, sources)
            })
        }
    }

    unsafe extern "C" fn apply(
        handle: *mut c_void,
        ctx: *const sys::synface_context,
        sources: *const *const synface_tensor,
        n_sources: u32,
        picked: *mut MixSource,
        n: u64,
        out: *const synface_tensor,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        // SAFETY: lent by the host for this call; n_sources tensors, n * n_sources picked sources.
        unsafe {
            guard(error, || {
                if n == 0 {
                    return Ok(());
                }
                let ctx = Context::lent(ctx)?;
                let mut views = Views::default();
                let mut slices: Vec<&[f32]> = Vec::with_capacity(n_sources as usize);
                for i in 0..n_sources as usize {
                    slices.push(views.read(*sources.add(i), "sources")?);
                }
                let out = views.write::<f32>(out, "out")?;
                for slice in &slices {
                    check_length(slice.len(), out.len(), "sources")?;
                }
                let picked = std::slice::from_raw_parts_mut(picked, n as usize * slices.len());
                plugin_of::<P>(handle).apply(&ctx, &slices, picked, out)
            })
        }
    }
}

/// # Safety
/// The set is lent by the host for a running call of 'a.
unsafe fn mix_set<'a>(set: &sys::synface_mix_set) -> MixSet<'a> {
    let samples = match set.samples.is_null() || set.identities == 0 {
        true => &[],
        // SAFETY: one number for each identity.
        false => unsafe { std::slice::from_raw_parts(set.samples, set.identities as usize) },
    };
    MixSet { index: set.index, data_seed: set.data_seed, samples }
}
