//! A loss of the EMBEDDING form: it does everything itself, without parameters of its own.
use std::marker::PhantomData;

use synface_sys as sys;
use sys::{c_void, synface_tensor};

use crate::context::Context;
use crate::error::{guard, Result};
use crate::loss::{LossInfo, MarginUnit};
use crate::plugin::{plugin_of, Life, Plugin};
use crate::tensor::{check_length, float_type, matrix, Float, FloatType, Views};

/// A loss on the embeddings themselves (triplets, contrastive pairs, ...). One with trained
/// parameters of its own is written in C or C++.
pub trait EmbeddingLoss: Plugin {
    /// What `loss_backward` needs from `loss`.
    type Tape: Send + 'static;

    /// embeddings [B, D] as the backbone gave them, labels [B, K], weights [B, K]; value [B] out:
    /// the loss of each row, whose mean is minimised. The batch may be empty.
    fn loss<T: Float>(
        &mut self,
        ctx: &Context,
        embeddings: &[T],
        labels: &[i64],
        weights: &[T],
        value: &mut [T],
    ) -> Result<Self::Tape>;

    /// d_value [B] in, d_embeddings [B, D] out.
    fn loss_backward<T: Float>(
        &mut self,
        ctx: &Context,
        tape: &mut Self::Tape,
        d_value: &[T],
        d_embeddings: &mut [T],
    ) -> Result<()>;
}

/// The ABI's table of an embedding loss.
pub struct EmbeddingTable<P>(PhantomData<P>);

impl<P: EmbeddingLoss> EmbeddingTable<P> {
    pub const TABLE: &'static sys::synface_loss_table = &sys::synface_loss_table {
        base: Life::<P>::table(std::mem::size_of::<sys::synface_loss_table>()),
        parameters: std::ptr::null(),
        info: Some(Self::info),
        margin: None,
        logits: None,
        logits_backward: None,
        loss: Some(Self::loss),
        loss_backward: Some(Self::loss_backward),
        tape_free: Some(Self::tape_free),
    };

    unsafe extern "C" fn info(
        _: *mut c_void,
        out: *mut sys::synface_loss_info,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        // SAFETY: lent by the host for this call.
        unsafe {
            guard(error, || {
                let mut info = LossInfo::new(1.0, 0.0, MarginUnit::None);
                (info.normalise_embeddings, info.normalise_weights) = (false, false);
                info.write(sys::SYNFACE_LOSS_EMBEDDING, out);
                Ok(())
            })
        }
    }

    unsafe extern "C" fn loss(
        handle: *mut c_void,
        ctx: *const sys::synface_context,
        embeddings: *const synface_tensor,
        labels: *const synface_tensor,
        weights: *const synface_tensor,
        value: *const synface_tensor,
        tape: *mut *mut c_void,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        let tensors = [embeddings, labels, weights, value];
        // SAFETY: lent by the host for this call.
        unsafe {
            guard(error, || {
                let ctx = Context::lent(ctx)?;
                let kept = match float_type(embeddings, "embeddings")? {
                    FloatType::F32 => forward::<P, f32>(plugin_of(handle), &ctx, tensors)?,
                    FloatType::F64 => forward::<P, f64>(plugin_of(handle), &ctx, tensors)?,
                };
                if !tape.is_null() {
                    *tape = Box::into_raw(Box::new(kept)).cast();
                }
                Ok(())
            })
        }
    }

    unsafe extern "C" fn loss_backward(
        handle: *mut c_void,
        ctx: *const sys::synface_context,
        tape: *mut c_void,
        d_value: *const synface_tensor,
        d_embeddings: *const synface_tensor,
        _accumulate: u32, // concerns parameters of its own, and there are none
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        // SAFETY: lent by the host for this call; the tape is one of loss().
        unsafe {
            guard(error, || {
                let ctx = Context::lent(ctx)?;
                let tape = &mut *tape.cast::<P::Tape>();
                let plugin = plugin_of::<P>(handle);
                match float_type(d_value, "d_value")? {
                    FloatType::F32 => backward::<P, f32>(plugin, &ctx, tape, d_value, d_embeddings),
                    FloatType::F64 => backward::<P, f64>(plugin, &ctx, tape, d_value, d_embeddings),
                }
            })
        }
    }

    unsafe extern "C" fn tape_free(_: *mut c_void, tape: *mut c_void) {
        // SAFETY: the host frees each tape of loss() once.
        unsafe {
            guard(std::ptr::null_mut(), || {
                drop(Box::from_raw(tape.cast::<P::Tape>()));
                Ok(())
            });
        }
    }
}

/// # Safety
/// The tensors are those of a running loss().
unsafe fn forward<P: EmbeddingLoss, T: Float>(
    plugin: &mut P,
    ctx: &Context,
    [embeddings, labels, weights, value]: [*const synface_tensor; 4],
) -> Result<P::Tape> {
    let mut views = Views::default();
    // SAFETY: the caller's promise.
    unsafe {
        let (rows, _) = matrix(views.shape(embeddings, "embeddings")?, "embeddings")?;
        let (_, slots) = matrix(views.shape(labels, "labels")?, "labels")?;
        let embeddings = views.read::<T>(embeddings, "embeddings")?;
        let labels = views.read::<i64>(labels, "labels")?;
        let weights = views.read_as::<T>(weights, "weights")?;
        let value = views.write::<T>(value, "value")?;
        check_length(labels.len(), rows * slots, "labels")?;
        check_length(weights.len(), rows * slots, "weights")?;
        check_length(value.len(), rows, "value")?;
        plugin.loss(ctx, embeddings, labels, &weights, value)
    }
}

/// # Safety
/// The tensors are those of a running loss_backward().
unsafe fn backward<P: EmbeddingLoss, T: Float>(
    plugin: &mut P,
    ctx: &Context,
    tape: &mut P::Tape,
    d_value: *const synface_tensor,
    d_embeddings: *const synface_tensor,
) -> Result<()> {
    let mut views = Views::default();
    // SAFETY: the caller's promise.
    unsafe {
        let (rows, _) = matrix(views.shape(d_embeddings, "d_embeddings")?, "d_embeddings")?;
        let d_value = views.read::<T>(d_value, "d_value")?;
        let d_embeddings = views.write::<T>(d_embeddings, "d_embeddings")?;
        check_length(d_value.len(), rows, "d_value")?;
        plugin.loss_backward(ctx, tape, d_value, d_embeddings)
    }
}
