//! The plugin ABI of synface, a mirror of the C headers `<synface/...>`, which are the
//! specification: what each member means, who owns what, and from where a function may be called
//! is written there. Nothing here is generated; `tests/layout.rs` compares every size, offset and
//! constant with the file that the C and C++ headers are checked against.
//!
//! Most authors want the crate `synface` instead, in which a plugin needs no `unsafe`.
#![no_std]
#![allow(non_camel_case_types)]

mod base;
mod entry;
mod ext;
mod generator;
mod instance;
mod loss;
mod mixup;
mod network;
mod results;

pub use base::*;
pub use entry::*;
pub use ext::*;
pub use generator::*;
pub use instance::*;
pub use loss::*;
pub use mixup::*;
pub use network::*;
pub use results::*;

pub use core::ffi::{c_char, c_void};
