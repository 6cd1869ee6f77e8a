//! A loss of the MARGIN form: from a target's cosine to its logit.
use std::marker::PhantomData;

use synface_sys as sys;
use sys::{c_void, synface_tensor};

use crate::context::Context;
use crate::error::{guard, Result};
use crate::plugin::{plugin_of, Life, Plugin};
use crate::tensor::{check_length, float_type, matrix, Float, FloatType, Views};

/// In what a margin is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum MarginUnit {
    None = 0,
    Cosine = 1,
    Radian = 2,
}

/// What a loss is, fixed for an instance's life; `<synface/loss.h>` says what each member means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossInfo {
    /// s: logits are s times the cosine.
    pub scale: f64,
    /// The largest additive margin, for the warning that a setting cannot converge.
    pub margin: f64,
    pub margin_unit: MarginUnit,
    pub normalise_embeddings: bool,
    pub normalise_weights: bool,
    /// A row with several labels is scored by one softmax with all margins in it.
    pub joint_targets: bool,
    /// Rows of W per class.
    pub subcentres: u32,
}

impl LossInfo {
    pub const fn new(scale: f64, margin: f64, margin_unit: MarginUnit) -> LossInfo {
        LossInfo {
            scale,
            margin,
            margin_unit,
            normalise_embeddings: true,
            normalise_weights: true,
            joint_targets: false,
            subcentres: 1,
        }
    }
    /// A margin taken off a cosine.
    pub const fn cosine(scale: f64, margin: f64) -> LossInfo {
        LossInfo::new(scale, margin, MarginUnit::Cosine)
    }
    /// A margin added to an angle.
    pub const fn angular(scale: f64, margin: f64) -> LossInfo {
        LossInfo::new(scale, margin, MarginUnit::Radian)
    }

    /// # Safety
    /// `out` is the host's, whole for this draft.
    pub(crate) unsafe fn write(&self, form: u32, out: *mut sys::synface_loss_info) {
        let bit = |set: bool, flag: u64| if set { flag } else { 0 };
        // SAFETY: the caller's promise.
        let out = unsafe { &mut *out };
        out.form = form;
        out.flags = bit(self.normalise_embeddings, sys::SYNFACE_LOSS_NORM_X)
            | bit(self.normalise_weights, sys::SYNFACE_LOSS_NORM_W)
            | bit(self.joint_targets, sys::SYNFACE_LOSS_JOINT_TARGETS);
        out.scale = self.scale;
        out.margin = self.margin;
        out.subcentres = self.subcentres;
        out.margin_unit = self.margin_unit as u32;
    }
}

/// B rows of K labels, row by row.
pub struct MarginInput<'a, T> {
    /// [B, K]: cosine of row b with its k-th label's class weight.
    pub cos: &'a [T],
    /// [B]: length of the embedding before it was normalised.
    pub norm: &'a [T],
    /// [B, K]: label weights; an unused slot has 0, and its outputs are ignored.
    pub weights: &'a [T],
    /// B, at least 1.
    pub rows: usize,
    /// K.
    pub slots: usize,
}

pub struct MarginOutput<'a, T> {
    /// [B, K]: the target's logit before the scale, e.g. cos - m.
    pub z: &'a mut [T],
    /// [B, K]: its derivative by the cosine.
    pub dz_dcos: &'a mut [T],
    /// [B, K]: its derivative by the norm, where the host wants it; 0 before the call.
    pub dz_dnorm: Option<&'a mut [T]>,
}

/// A loss that maps a target's cosine to a logit. Class weights, matrix products, softmax and soft
/// labels are the host's.
pub trait MarginLoss: Plugin {
    fn info(&self) -> LossInfo;

    /// Fills z and its derivatives. Margins are to be multiplied by `ctx.margin_scale()`. Not
    /// called for an empty batch.
    fn margin<T: Float>(
        &mut self,
        ctx: &Context,
        input: MarginInput<T>,
        output: MarginOutput<T>,
    ) -> Result<()>;
}

/// The ABI's table of a margin loss.
pub struct MarginTable<P>(PhantomData<P>);

impl<P: MarginLoss> MarginTable<P> {
    pub const TABLE: &'static sys::synface_loss_table = &sys::synface_loss_table {
        base: Life::<P>::table(std::mem::size_of::<sys::synface_loss_table>()),
        parameters: std::ptr::null(),
        info: Some(Self::info),
        margin: Some(Self::margin),
        logits: None,
        logits_backward: None,
        loss: None,
        loss_backward: None,
        tape_free: None,
    };

    unsafe extern "C" fn info(
        handle: *mut c_void,
        out: *mut sys::synface_loss_info,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        // SAFETY: lent by the host for this call.
        unsafe {
            guard(error, || {
                plugin_of::<P>(handle).info().write(sys::SYNFACE_LOSS_MARGIN, out);
                Ok(())
            })
        }
    }

    unsafe extern "C" fn margin(
        handle: *mut c_void,
        ctx: *const sys::synface_context,
        cos: *const synface_tensor,
        norm: *const synface_tensor,
        weights: *const synface_tensor,
        z: *const synface_tensor,
        dz_dcos: *const synface_tensor,
        dz_dnorm: *const synface_tensor,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        let tensors = [cos, norm, weights, z, dz_dcos, dz_dnorm];
        // SAFETY: lent by the host for this call.
        unsafe {
            guard(error, || {
                let ctx = Context::lent(ctx)?;
                match float_type(cos, "cos")? {
                    FloatType::F32 => call::<P, f32>(plugin_of(handle), &ctx, tensors),
                    FloatType::F64 => call::<P, f64>(plugin_of(handle), &ctx, tensors),
                }
            })
        }
    }
}

/// # Safety
/// The tensors are those of a running margin().
unsafe fn call<P: MarginLoss, T: Float>(
    plugin: &mut P,
    ctx: &Context,
    [cos, norm, weights, z, dz_dcos, dz_dnorm]: [*const synface_tensor; 6],
) -> Result<()> {
    let mut views = Views::default();
    // SAFETY: the caller's promise.
    unsafe {
        let (rows, slots) = matrix(views.shape(cos, "cos")?, "cos")?;
        let n = rows * slots;
        let input = MarginInput {
            cos: views.read(cos, "cos")?,
            norm: &views.read_as(norm, "norm")?,
            weights: &views.read_as(weights, "weights")?,
            rows,
            slots,
        };
        let output = MarginOutput {
            z: views.write(z, "z")?,
            dz_dcos: views.write(dz_dcos, "dz_dcos")?,
            dz_dnorm: match dz_dnorm.is_null() {
                true => None,
                false => Some(views.write::<T>(dz_dnorm, "dz_dnorm")?),
            },
        };
        check_length(input.norm.len(), rows, "norm")?;
        check_length(input.weights.len(), n, "weights")?;
        check_length(output.z.len(), n, "z")?;
        check_length(output.dz_dcos.len(), n, "dz_dcos")?;
        if n == 0 {
            return Ok(());
        }
        let mut output = output;
        if let Some(by_norm) = output.dz_dnorm.as_deref_mut() {
            check_length(by_norm.len(), n, "dz_dnorm")?;
            by_norm.fill(T::ZERO);
        }
        plugin.margin(ctx, input, output)
    }
}
