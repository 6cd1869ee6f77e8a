//! The host's tensors as slices: checked for type, device and density, and outputs against
//! overlaps, so that safe code cannot go wrong with what it receives.
use std::fmt::Debug;
use std::ops::{Add, AddAssign, Div, Mul, MulAssign, Neg, Sub, SubAssign};

use synface_sys as sys;
use sys::synface_tensor;

use crate::error::{Code, Error, Result};

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// float32, in which trainings compute, or float64, in which `plugin check` compares gradients.
pub trait Float:
    sealed::Sealed
    + Element
    + Copy
    + Default
    + Debug
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + 'static
{
    const ZERO: Self;
    const ONE: Self;
    /// The smallest x with 1 + x != 1.
    const EPSILON: Self;
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn sqrt(self) -> Self;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn sin(self) -> Self;
    fn cos(self) -> Self;
    fn acos(self) -> Self;
    fn abs(self) -> Self;
    fn max(self, other: Self) -> Self;
    fn min(self, other: Self) -> Self;
}

macro_rules! float {
    ($($type:ident),*) => {$(
        impl Float for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const EPSILON: Self = $type::EPSILON;
            fn from_f64(value: f64) -> Self {
                value as $type
            }
            fn to_f64(self) -> f64 {
                self as f64
            }
            fn sqrt(self) -> Self {
                $type::sqrt(self)
            }
            fn exp(self) -> Self {
                $type::exp(self)
            }
            fn ln(self) -> Self {
                $type::ln(self)
            }
            fn sin(self) -> Self {
                $type::sin(self)
            }
            fn cos(self) -> Self {
                $type::cos(self)
            }
            fn acos(self) -> Self {
                $type::acos(self)
            }
            fn abs(self) -> Self {
                $type::abs(self)
            }
            fn max(self, other: Self) -> Self {
                $type::max(self, other)
            }
            fn min(self, other: Self) -> Self {
                $type::min(self, other)
            }
        }
        impl Element for $type {
            const DTYPE: sys::synface_dtype = sys::synface_dtype {
                code: sys::SYNFACE_FLOAT,
                bits: $type::MANTISSA_DIGITS as u8 / 24 * 32,
                lanes: 1,
            };
        }
    )*};
}
float!(f32, f64);

/// What a tensor may hold.
pub trait Element: Copy {
    #[doc(hidden)]
    const DTYPE: sys::synface_dtype;
}
impl Element for i64 {
    const DTYPE: sys::synface_dtype =
        sys::synface_dtype { code: sys::SYNFACE_INT, bits: 64, lanes: 1 };
}

/// Which of the two float types a tensor holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FloatType {
    F32,
    F64,
}

/// # Safety
/// `tensor` is NULL or what the host passed to a running call.
pub(crate) unsafe fn float_type(tensor: *const synface_tensor, name: &str) -> Result<FloatType> {
    // SAFETY: the caller's promise.
    match unsafe { tensor.as_ref() }.map(|t| t.dtype) {
        Some(dtype) if dtype == f32::DTYPE => Ok(FloatType::F32),
        Some(dtype) if dtype == f64::DTYPE => Ok(FloatType::F64),
        _ => Err(Error::new(Code::Unsupported, "neither float32 nor float64").at(name)),
    }
}

const MOST: usize = 12;

/// The tensors of one call, as slices that live until it ends ('a).
#[derive(Default)]
pub(crate) struct Views {
    ranges: [(usize, usize, bool); MOST], // first and last byte, written
    n: usize,
}

fn count(shape: &[i64]) -> Option<usize> {
    shape.iter().try_fold(1_usize, |n, d| n.checked_mul(usize::try_from(*d).ok()?))
}

/// Row-major and without gaps; NULL strides say so by themselves.
fn dense(shape: &[i64], strides: Option<&[i64]>) -> bool {
    let Some(strides) = strides else { return true };
    let mut expected = 1;
    shape.iter().zip(strides).rev().all(|(d, s)| {
        let fits = *d == 1 || *s == expected;
        expected *= d;
        fits
    })
}

impl Views {
    /// # Safety
    /// `tensor` is NULL or what the host passed to a running call, which outlives 'a.
    pub(crate) unsafe fn shape<'a>(
        &self,
        tensor: *const synface_tensor,
        name: &str,
    ) -> Result<&'a [i64]> {
        // SAFETY: the caller's promise.
        let tensor = unsafe { tensor.as_ref() }
            .ok_or_else(|| Error::invalid("the host passed no tensor").at(name))?;
        match tensor.ndim {
            0 => Ok(&[]),
            1..=sys::SYNFACE_MAX_DIMS if !tensor.shape.is_null() => {
                // SAFETY: `ndim` dimensions.
                Ok(unsafe { std::slice::from_raw_parts(tensor.shape, tensor.ndim as usize) })
            }
            n => Err(Error::invalid(format!("a tensor of {n} dimensions")).at(name)),
        }
    }

    /// Address and length, when everything about the tensor is as it must be.
    ///
    /// # Safety
    /// As for shape().
    unsafe fn checked<T: Element>(
        &mut self,
        tensor: *const synface_tensor,
        name: &str,
        written: bool,
    ) -> Result<(*mut T, usize)> {
        // SAFETY: the caller's promise.
        let shape = unsafe { self.shape(tensor, name) }?;
        // SAFETY: not NULL, as shape() has seen.
        let tensor = unsafe { &*tensor };
        let fault = |text: &str| Err(Error::invalid(text).at(name));
        if tensor.dtype != T::DTYPE {
            return fault("the tensor has another element type than the plugin expects");
        }
        if tensor.dev_type != sys::SYNFACE_DEVICE_CPU {
            return fault("the tensor does not lie on the CPU");
        }
        if written && tensor.flags & sys::SYNFACE_TENSOR_READ_ONLY != 0 {
            return fault("the output is read-only");
        }
        let Some(n) = count(shape) else { return fault("the tensor's size is absurd") };
        if n == 0 {
            return Ok((std::ptr::NonNull::dangling().as_ptr(), 0));
        }
        // SAFETY: `ndim` strides where there are any.
        let strides = (!tensor.strides.is_null())
            .then(|| unsafe { std::slice::from_raw_parts(tensor.strides, shape.len()) });
        if !dense(shape, strides) {
            return fault("the tensor is not dense");
        }
        let start = tensor.data.cast::<u8>().wrapping_add(tensor.byte_offset as usize);
        if tensor.data.is_null() || start.align_offset(std::mem::align_of::<T>()) != 0 {
            return fault("the tensor has no memory, or its memory is not aligned");
        }
        self.claim(start as usize, n * std::mem::size_of::<T>(), written, name)?;
        Ok((start.cast(), n))
    }

    fn claim(&mut self, first: usize, bytes: usize, written: bool, name: &str) -> Result<()> {
        let end = first + bytes;
        let overlaps = |r: &(usize, usize, bool)| (written || r.2) && first < r.1 && r.0 < end;
        if self.ranges[..self.n].iter().any(overlaps) {
            return Err(Error::invalid("an output overlaps another tensor of the call").at(name));
        }
        if self.n == MOST {
            return Err(Error::new(Code::Internal, "too many tensors in one call").at(name));
        }
        self.ranges[self.n] = (first, end, written);
        self.n += 1;
        Ok(())
    }

    /// # Safety
    /// As for shape(); nobody writes the memory during the call.
    pub(crate) unsafe fn read<'a, T: Element>(
        &mut self,
        tensor: *const synface_tensor,
        name: &str,
    ) -> Result<&'a [T]> {
        // SAFETY: the caller's promise; checked() has seen address, alignment and length.
        unsafe {
            let (data, n) = self.checked::<T>(tensor, name, false)?;
            Ok(std::slice::from_raw_parts(data, n))
        }
    }

    /// # Safety
    /// As for shape(); nobody else touches the memory during the call.
    pub(crate) unsafe fn write<'a, T: Element>(
        &mut self,
        tensor: *const synface_tensor,
        name: &str,
    ) -> Result<&'a mut [T]> {
        // SAFETY: the caller's promise; checked() has seen address, alignment, length, and that
        // no other slice of this call shares a byte with it.
        unsafe {
            let (data, n) = self.checked::<T>(tensor, name, true)?;
            Ok(std::slice::from_raw_parts_mut(data, n))
        }
    }

    /// A float tensor in the type T, converted where it has the other one.
    ///
    /// # Safety
    /// As for read().
    pub(crate) unsafe fn read_as<'a, T: Float>(
        &mut self,
        tensor: *const synface_tensor,
        name: &str,
    ) -> Result<std::borrow::Cow<'a, [T]>> {
        // SAFETY: the caller's promise.
        unsafe {
            Ok(match float_type(tensor, name)? {
                FloatType::F32 if T::DTYPE != f32::DTYPE => {
                    let values = self.read::<f32>(tensor, name)?;
                    values.iter().map(|v| T::from_f64(f64::from(*v))).collect::<Vec<_>>().into()
                }
                FloatType::F64 if T::DTYPE != f64::DTYPE => {
                    let values = self.read::<f64>(tensor, name)?;
                    values.iter().map(|v| T::from_f64(*v)).collect::<Vec<_>>().into()
                }
                _ => self.read::<T>(tensor, name)?.into(),
            })
        }
    }
}

/// Error unless a slice has the length that the shapes of the call ask for.
pub(crate) fn check_length(found: usize, expected: usize, name: &str) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::invalid(format!("{found} elements, {expected} are expected")).at(name))
}

/// Rows and columns of a matrix.
pub(crate) fn matrix(shape: &[i64], name: &str) -> Result<(usize, usize)> {
    match shape {
        [rows, columns] if *rows >= 0 && *columns >= 0 => Ok((*rows as usize, *columns as usize)),
        _ => Err(Error::invalid(format!("shape {shape:?}, a matrix is expected")).at(name)),
    }
}
