//! What every compute call receives.
use std::marker::PhantomData;

use synface_sys as sys;

use crate::error::{Error, Result};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Train,
    Eval,
}

/// Lent by the host for one call; `<synface/context.h>` says what each value means.
pub struct Context<'a> {
    raw: &'a sys::synface_context,
    _one_thread: PhantomData<*const ()>,
}

impl<'a> Context<'a> {
    /// # Safety
    /// `raw` is what the host passed to a compute call; it outlives 'a.
    pub(crate) unsafe fn lent(raw: *const sys::synface_context) -> Result<Context<'a>> {
        // SAFETY: the caller's promise; the size is read first, and only then the rest.
        let size = unsafe { raw.cast::<u32>().as_ref() }.copied().unwrap_or(0);
        if (size as usize) < std::mem::size_of::<sys::synface_context>() {
            return Err(Error {
                status: sys::SYNFACE_ERR_ABI,
                message: format!("the host's context has {size} bytes, fewer than this draft's"),
                place: "context".into(),
            });
        }
        // SAFETY: whole, as its size says.
        Ok(Context { raw: unsafe { &*raw }, _one_thread: PhantomData })
    }

    pub fn phase(&self) -> Phase {
        match self.raw.phase {
            sys::SYNFACE_PHASE_TRAIN => Phase::Train,
            _ => Phase::Eval,
        }
    }
    /// Of the training, from 0.
    pub fn step(&self) -> u64 {
        self.raw.step
    }
    pub fn total_steps(&self) -> u64 {
        self.raw.total_steps
    }
    pub fn epoch(&self) -> u32 {
        self.raw.epoch
    }
    /// Budget of threads for this call, at least 1.
    pub fn threads(&self) -> u32 {
        self.raw.threads
    }
    /// Same inputs must give the same bits.
    pub fn deterministic(&self) -> bool {
        self.raw.deterministic != 0
    }
    /// 0..1, by which a loss multiplies every margin (the margin ramp).
    pub fn margin_scale(&self) -> f64 {
        f64::from(self.raw.margin_scale)
    }
    /// The host wants the call to end: return an error with [`crate::Code::Cancelled`] within
    /// 100 ms.
    pub fn cancelled(&self) -> bool {
        // SAFETY: valid for the call; another thread may write it, hence volatile.
        !self.raw.cancel.is_null() && unsafe { self.raw.cancel.read_volatile() } != 0
    }
    /// The Philox key and counter of this call, as [`crate::PhiloxStream::of_call`] takes them.
    pub fn key(&self) -> [u32; 2] {
        self.raw.key
    }
    pub fn counter(&self) -> u64 {
        self.raw.counter
    }

    pub(crate) fn raw(&self) -> *const sys::synface_context {
        self.raw
    }
}
