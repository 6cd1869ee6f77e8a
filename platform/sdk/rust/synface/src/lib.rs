//! Plugins for synface in safe Rust.
//!
//! A plugin is one type: it implements [`Plugin`] (parameters, creation) and the trait of what it
//! is ([`MarginLoss`], [`LogitsLoss`], [`EmbeddingLoss`] or [`Mixup`]), and [`plugin!`] names it,
//! once in a crate of type `cdylib`. The author writes no `unsafe`: tensors arrive as slices, an
//! error is a `Result`, and a panic is caught at the border and becomes an error of that trial.
//! What each call means (shapes, units, order) is in the C headers `<synface/loss.h>` and
//! `<synface/mixup.h>`; the traits here have their names.
//!
//! ```ignore
//! use synface::{Context, Create, Float, LossInfo, MarginInput, MarginLoss, MarginOutput};
//! use synface::{Param, Plugin, Result};
//!
//! struct MyLoss {
//!     scale: f64,
//!     margin: f64,
//! }
//! impl Plugin for MyLoss {
//!     const PARAMS: &'static [Param] = &[
//!         Param::f64("scale", 16.0).above(0.0).doc("s: logits are s times the cosine"),
//!         Param::f64("margin", 0.2).range(0.0, 1.0).doc("m, taken off the target's cosine"),
//!     ];
//!     fn create(create: &Create) -> Result<Self> {
//!         Ok(MyLoss { scale: create.f64("scale")?, margin: create.f64("margin")? })
//!     }
//! }
//! impl MarginLoss for MyLoss {
//!     fn info(&self) -> LossInfo {
//!         LossInfo::cosine(self.scale, self.margin)
//!     }
//!     fn margin<T: Float>(
//!         &mut self, ctx: &Context, input: MarginInput<T>, output: MarginOutput<T>,
//!     ) -> Result<()> {
//!         let m = T::from_f64(self.margin * ctx.margin_scale());
//!         for (i, &cos) in input.cos.iter().enumerate() {
//!             output.z[i] = cos - m;
//!             output.dz_dcos[i] = T::ONE;
//!         }
//!         Ok(())
//!     }
//! }
//! synface::plugin! {
//!     margin_loss: MyLoss, id: "myloss", revision: 1, version: "1.0.0",
//!     doc: "A margin taken off the target's cosine."
//! }
//! ```
#![deny(unsafe_op_in_unsafe_fn)]

#[cfg(all(panic = "abort", not(test)))]
compile_error!(
    "a plugin needs panic = \"unwind\": with \"abort\" a panic would end the host's process"
);

mod context;
mod create;
mod embedding;
mod error;
mod logits;
mod loss;
mod macros;
mod mixup;
mod param;
mod philox;
mod plugin;
mod tensor;
pub mod testing;

pub use context::{Context, Phase};
pub use create::{Create, Dims, Log, Metric};
pub use embedding::EmbeddingLoss;
pub use error::{Code, Error, Result};
pub use logits::{LogitsInput, LogitsLoss};
pub use loss::{LossInfo, MarginInput, MarginLoss, MarginOutput, MarginUnit};
pub use mixup::{Key, MixInfo, MixSet, MixSource, Mixup, Stage};
pub use param::{Param, ParamType};
pub use philox::{permute, philox, PhiloxStream};
pub use plugin::Plugin;
pub use synface_sys as sys;
pub use tensor::Float;

/// Version of this layer, as the note of a plugin names it.
pub const SDK_VERSION: &str = "0.1";

/// What [`plugin!`] expands to; not for use by hand.
#[doc(hidden)]
pub mod glue {
    pub use crate::embedding::EmbeddingTable;
    pub use crate::logits::LogitsTable;
    pub use crate::loss::MarginTable;
    pub use crate::mixup::MixupTable;
    pub use crate::param::{choice_count, choice_texts, raw_param_pointers, raw_params};
}
