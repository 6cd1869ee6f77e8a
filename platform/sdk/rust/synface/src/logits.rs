//! A loss of the LOGITS form: it sees the whole matrix of cosines.
use std::marker::PhantomData;

use synface_sys as sys;
use sys::{c_void, synface_tensor};

use crate::context::Context;
use crate::error::{guard, Result};
use crate::loss::LossInfo;
use crate::plugin::{plugin_of, Life, Plugin};
use crate::tensor::{check_length, float_type, matrix, Float, FloatType, Views};

/// B rows, C classes, K labels a row.
pub struct LogitsInput<'a, T> {
    /// [B, C]: cosines (with both normalisations of the info).
    pub dot: &'a [T],
    /// [B]: lengths of the embeddings before they were normalised.
    pub norm: &'a [T],
    /// [B, K]: class indices.
    pub labels: &'a [i64],
    /// [B, K]: each row sums to 1; an unused slot has 0.
    pub weights: &'a [T],
    pub rows: usize,
    pub classes: usize,
    pub slots: usize,
}

/// A loss that maps the matrix of cosines to logits; the host applies softmax and soft
/// cross-entropy.
pub trait LogitsLoss: Plugin {
    /// What `logits_backward` needs from `logits`.
    type Tape: Send + 'static;

    fn info(&self) -> LossInfo;

    /// z [B, C]: logits, scale included. The batch may be empty.
    fn logits<T: Float>(
        &mut self,
        ctx: &Context,
        input: LogitsInput<T>,
        z: &mut [T],
    ) -> Result<Self::Tape>;

    /// d_z [B, C] in, d_dot [B, C] out, d_norm [B] out where the host wants it (0 before the call).
    fn logits_backward<T: Float>(
        &mut self,
        ctx: &Context,
        tape: &mut Self::Tape,
        d_z: &[T],
        d_dot: &mut [T],
        d_norm: Option<&mut [T]>,
    ) -> Result<()>;
}

/// The ABI's table of a logits loss.
pub struct LogitsTable<P>(PhantomData<P>);

impl<P: LogitsLoss> LogitsTable<P> {
    pub const TABLE: &'static sys::synface_loss_table = &sys::synface_loss_table {
        base: Life::<P>::table(std::mem::size_of::<sys::synface_loss_table>()),
        parameters: std::ptr::null(),
        info: Some(Self::info),
        margin: None,
        logits: Some(Self::logits),
        logits_backward: Some(Self::logits_backward),
        loss: None,
        loss_backward: None,
        tape_free: Some(Self::tape_free),
    };

    unsafe extern "C" fn info(
        handle: *mut c_void,
        out: *mut sys::synface_loss_info,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        // SAFETY: lent by the host for this call.
        unsafe {
            guard(error, || {
                plugin_of::<P>(handle).info().write(sys::SYNFACE_LOSS_LOGITS, out);
                Ok(())
            })
        }
    }

    unsafe extern "C" fn logits(
        handle: *mut c_void,
        ctx: *const sys::synface_context,
        dot: *const synface_tensor,
        norm: *const synface_tensor,
        labels: *const synface_tensor,
        weights: *const synface_tensor,
        z: *const synface_tensor,
        tape: *mut *mut c_void,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        let tensors = [dot, norm, labels, weights, z];
        // SAFETY: lent by the host for this call.
        unsafe {
            guard(error, || {
                let ctx = Context::lent(ctx)?;
                let kept = match float_type(dot, "dot")? {
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

    unsafe extern "C" fn logits_backward(
        handle: *mut c_void,
        ctx: *const sys::synface_context,
        tape: *mut c_void,
        d_z: *const synface_tensor,
        d_dot: *const synface_tensor,
        d_norm: *const synface_tensor,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        let tensors = [d_z, d_dot, d_norm];
        // SAFETY: lent by the host for this call; the tape is one of logits().
        unsafe {
            guard(error, || {
                let ctx = Context::lent(ctx)?;
                let tape = &mut *tape.cast::<P::Tape>();
                match float_type(d_z, "d_z")? {
                    FloatType::F32 => backward::<P, f32>(plugin_of(handle), &ctx, tape, tensors),
                    FloatType::F64 => backward::<P, f64>(plugin_of(handle), &ctx, tape, tensors),
                }
            })
        }
    }

    unsafe extern "C" fn tape_free(_: *mut c_void, tape: *mut c_void) {
        // SAFETY: the host frees each tape of logits() once.
        unsafe {
            guard(std::ptr::null_mut(), || {
                drop(Box::from_raw(tape.cast::<P::Tape>()));
                Ok(())
            });
        }
    }
}

/// # Safety
/// The tensors are those of a running logits().
unsafe fn forward<P: LogitsLoss, T: Float>(
    plugin: &mut P,
    ctx: &Context,
    [dot, norm, labels, weights, z]: [*const synface_tensor; 5],
) -> Result<P::Tape> {
    let mut views = Views::default();
    // SAFETY: the caller's promise.
    unsafe {
        let (rows, classes) = matrix(views.shape(dot, "dot")?, "dot")?;
        let (_, slots) = matrix(views.shape(labels, "labels")?, "labels")?;
        let input = LogitsInput {
            dot: views.read(dot, "dot")?,
            norm: &views.read_as(norm, "norm")?,
            labels: views.read(labels, "labels")?,
            weights: &views.read_as(weights, "weights")?,
            rows,
            classes,
            slots,
        };
        let z = views.write::<T>(z, "z")?;
        check_length(input.norm.len(), rows, "norm")?;
        check_length(input.labels.len(), rows * slots, "labels")?;
        check_length(input.weights.len(), rows * slots, "weights")?;
        check_length(z.len(), rows * classes, "z")?;
        plugin.logits(ctx, input, z)
    }
}

/// # Safety
/// The tensors are those of a running logits_backward().
unsafe fn backward<P: LogitsLoss, T: Float>(
    plugin: &mut P,
    ctx: &Context,
    tape: &mut P::Tape,
    [d_z, d_dot, d_norm]: [*const synface_tensor; 3],
) -> Result<()> {
    let mut views = Views::default();
    // SAFETY: the caller's promise.
    unsafe {
        let (rows, classes) = matrix(views.shape(d_z, "d_z")?, "d_z")?;
        let d_z = views.read::<T>(d_z, "d_z")?;
        let d_dot = views.write::<T>(d_dot, "d_dot")?;
        check_length(d_dot.len(), rows * classes, "d_dot")?;
        let d_norm = match d_norm.is_null() {
            true => None,
            false => {
                let by_norm = views.write::<T>(d_norm, "d_norm")?;
                check_length(by_norm.len(), rows, "d_norm")?;
                by_norm.fill(T::ZERO);
                Some(by_norm)
            }
        };
        plugin.logits_backward(ctx, tape, d_z, d_dot, d_norm)
    }
}
