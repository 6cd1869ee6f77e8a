//! What a plugin returns when it cannot go on, and the one place where errors and panics become
//! the ABI's status codes.
use std::any::Any;
use std::fmt;
use std::panic::{catch_unwind, AssertUnwindSafe};

use synface_sys as sys;

/// The codes of `<synface/status.h>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(i32)]
pub enum Code {
    /// An argument, a parameter value, a shape.
    Invalid = sys::SYNFACE_ERR_INVALID,
    /// A device, an element type, an optional call that is not offered.
    Unsupported = sys::SYNFACE_ERR_UNSUPPORTED,
    /// An allocation failed.
    Memory = sys::SYNFACE_ERR_MEMORY,
    /// [`crate::Context::cancelled`] was seen to be true.
    Cancelled = sys::SYNFACE_ERR_CANCELLED,
    /// A value is not finite and the call cannot go on.
    Numeric = sys::SYNFACE_ERR_NUMERIC,
    /// A file is missing, truncated or foreign.
    Io = sys::SYNFACE_ERR_IO,
    /// A fault of the plugin.
    Internal = sys::SYNFACE_ERR_INTERNAL,
}

/// What was wrong and what to do; `place` names the file, the parameter or the tensor, or is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub(crate) status: i32,
    pub(crate) message: String,
    pub(crate) place: String,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(code: Code, message: impl Into<String>) -> Error {
        Error { status: code as i32, message: message.into(), place: String::new() }
    }
    /// A value, a shape or an argument that cannot be used.
    pub fn invalid(message: impl Into<String>) -> Error {
        Error::new(Code::Invalid, message)
    }
    /// Names the file, the parameter or the tensor that it is about.
    pub fn at(mut self, place: impl Into<String>) -> Error {
        self.place = place.into();
        self
    }
    pub fn message(&self) -> &str {
        &self.message
    }
    /// The status code that the host receives.
    pub fn status(&self) -> i32 {
        self.status
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => f.write_str(&self.message),
            place => write!(f, "{place}: {}", self.message),
        }
    }
}
impl std::error::Error for Error {}

/// Copies a text into a fixed field, NUL-terminated, never in the middle of a character.
fn copy_text(to: &mut [sys::c_char], text: &str) {
    let mut end = text.len().min(to.len() - 1);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    for (place, byte) in to.iter_mut().zip(text.as_bytes()[..end].iter().chain([&0])) {
        *place = *byte as sys::c_char;
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text.as_str(),
        _ => "a panic without a text",
    };
    format!("the plugin panicked: {text}")
}

/// Runs a body; its error or its panic becomes a status and a text. Nothing unwinds through the
/// ABI.
///
/// # Safety
/// `error` is NULL or points to a `synface_error` that the caller owns for the call.
pub(crate) unsafe fn guard(
    error: *mut sys::synface_error,
    body: impl FnOnce() -> Result<()>,
) -> sys::synface_status {
    let failure = match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => return sys::SYNFACE_OK,
        Ok(Err(failure)) => failure,
        Err(payload) => {
            let failure = Error::new(Code::Internal, panic_text(payload.as_ref()));
            std::mem::forget(payload); // its destructor might panic as well
            failure
        }
    };
    if !error.is_null() {
        // SAFETY: the caller's promise.
        let error = unsafe { &mut *error };
        error.code = failure.status;
        copy_text(&mut error.message, &failure.message);
        copy_text(&mut error.r#where, &failure.place);
    }
    failure.status
}

/// Calls a service of the host, whose error becomes an [`Error`].
pub(crate) fn call_host(
    call: impl FnOnce(*mut sys::synface_error) -> sys::synface_status,
) -> Result<()> {
    let mut error = sys::synface_error {
        struct_size: std::mem::size_of::<sys::synface_error>() as u32,
        code: 0,
        message: [0; 1024],
        r#where: [0; 128],
    };
    let status = call(&mut error);
    if status == sys::SYNFACE_OK {
        return Ok(());
    }
    Err(Error { status, message: read_text(&error.message), place: read_text(&error.r#where) })
}

fn read_text(field: &[sys::c_char]) -> String {
    let bytes: Vec<u8> = field.iter().take_while(|c| **c != 0).map(|c| *c as u8).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> sys::synface_error {
        // SAFETY: a struct of integers and arrays of integers.
        unsafe { std::mem::zeroed() }
    }

    #[test]
    fn an_error_arrives_with_its_texts() {
        let mut error = empty();
        // SAFETY: `error` lives here.
        let status =
            unsafe { guard(&mut error, || Err(Error::new(Code::Io, "cut off").at("a.jpg"))) };
        assert_eq!(status, sys::SYNFACE_ERR_IO);
        assert_eq!(read_text(&error.message), "cut off");
        assert_eq!(read_text(&error.r#where), "a.jpg");
    }

    #[test]
    fn a_panic_becomes_an_error() {
        let mut error = empty();
        // SAFETY: `error` lives here.
        let status = unsafe { guard(&mut error, || panic!("index {} is beyond", 7)) };
        assert_eq!(status, sys::SYNFACE_ERR_INTERNAL);
        assert_eq!(read_text(&error.message), "the plugin panicked: index 7 is beyond");
    }

    #[test]
    fn a_long_text_is_cut_at_a_character() {
        let mut field = [1 as sys::c_char; 6];
        copy_text(&mut field, "abcd\u{e9}");
        assert_eq!(read_text(&field), "abcd");
        copy_text(&mut field, "abc\u{e9}");
        assert_eq!(read_text(&field), "abc\u{e9}");
    }

    #[test]
    fn the_hosts_error_comes_back_as_ours() {
        let failed = call_host(|error| {
            // SAFETY: call_host lends a whole error.
            unsafe { guard(error, || Err(Error::invalid("no such figure").at("metric"))) }
        });
        assert_eq!(failed, Err(Error::invalid("no such figure").at("metric")));
    }
}
