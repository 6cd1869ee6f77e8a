//! What a plugin's `create` receives.
use std::ffi::CStr;

use synface_sys as sys;

use crate::context::Context;
use crate::error::{call_host, Code, Error, Result};
use crate::param::{Param, ParamType};

/// Sizes known when an instance is created; 0 where a size has no meaning for the kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dims {
    /// Classes of the training set (loss).
    pub classes: usize,
    /// Length of an embedding (loss).
    pub embedding: usize,
    pub height: usize,
    pub width: usize,
    /// Upper bound of a batch; a batch may be smaller, and empty.
    pub max_batch: usize,
    /// N and S of the wanted set Syn_N_S (mixup).
    pub identities: usize,
    pub samples: usize,
}

impl Dims {
    /// On the CPU.
    pub(crate) fn raw(&self) -> sys::synface_dims {
        sys::synface_dims {
            struct_size: std::mem::size_of::<sys::synface_dims>() as u32,
            dev_type: sys::SYNFACE_DEVICE_CPU,
            dev_id: 0,
            reserved: 0,
            classes: self.classes as i64,
            embedding: self.embedding as i64,
            height: self.height as i64,
            width: self.width as i64,
            max_batch: self.max_batch as i64,
            identities: self.identities as i64,
            samples: self.samples as i64,
        }
    }
}

/// Parameter values, sizes and the host's services; lent for the creation.
pub struct Create<'a> {
    host: &'a sys::synface_host,
    params: &'static [Param],
    values: &'a [sys::synface_value],
    dims: &'a sys::synface_dims,
}

fn size_of(value: i64) -> usize {
    usize::try_from(value).unwrap_or(0)
}

impl<'a> Create<'a> {
    /// # Safety
    /// The arguments are those of create(), and outlive 'a.
    pub(crate) unsafe fn lent(
        host: *const sys::synface_host,
        params: &'static [Param],
        values: *const sys::synface_value,
        n: u32,
        dims: *const sys::synface_dims,
    ) -> Result<Create<'a>> {
        if n as usize != params.len() {
            return Err(Error::invalid(format!(
                "the host passed {n} parameter values, {} are expected",
                params.len()
            )));
        }
        // SAFETY: the caller's promise; the sizes are read before the rest.
        unsafe {
            let whole =
                |p: *const u32, size: usize| p.as_ref().is_some_and(|n| *n as usize >= size);
            if !whole(host.cast(), std::mem::size_of::<sys::synface_host>())
                || !whole(dims.cast(), std::mem::size_of::<sys::synface_dims>())
            {
                return Err(Error {
                    status: sys::SYNFACE_ERR_ABI,
                    message: "the host's tables are smaller than this draft's".into(),
                    place: "create".into(),
                });
            }
            let values = match n {
                0 => &[],
                _ => std::slice::from_raw_parts(values, n as usize),
            };
            Ok(Create { host: &*host, params, values, dims: &*dims })
        }
    }

    /// Error where the instance would compute elsewhere than on the CPU: slices live there.
    pub(crate) fn check_device(&self) -> Result<()> {
        if self.dims.dev_type == sys::SYNFACE_DEVICE_CPU {
            return Ok(());
        }
        let text = "this plugin computes on the CPU only; run with --device cpu";
        Err(Error::new(Code::Unsupported, text).at("device"))
    }

    pub fn dims(&self) -> Dims {
        let d = self.dims;
        Dims {
            classes: size_of(d.classes),
            embedding: size_of(d.embedding),
            height: size_of(d.height),
            width: size_of(d.width),
            max_batch: size_of(d.max_batch),
            identities: size_of(d.identities),
            samples: size_of(d.samples),
        }
    }

    fn value(&self, key: &str, kind: ParamType) -> Result<&sys::synface_value> {
        let place = self.params.iter().position(|p| p.key() == key && p.kind() == kind);
        place.map(|i| &self.values[i]).ok_or_else(|| {
            Error::new(Code::Internal, "the plugin asks for a parameter that it did not declare")
                .at(key)
        })
    }
    fn string(&self, key: &str, kind: ParamType) -> Result<String> {
        // SAFETY: lent by the host for the call.
        let bytes = unsafe { bytes_of(self.value(key, kind)?.str) };
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.to_owned()),
            Err(_) => Err(Error::invalid("the text is no UTF-8").at(key)),
        }
    }

    pub fn f64(&self, key: &str) -> Result<f64> {
        Ok(self.value(key, ParamType::F64)?.f64)
    }
    pub fn i64(&self, key: &str) -> Result<i64> {
        Ok(self.value(key, ParamType::I64)?.i64)
    }
    pub fn flag(&self, key: &str) -> Result<bool> {
        Ok(self.value(key, ParamType::Bool)?.i64 != 0)
    }
    pub fn text(&self, key: &str) -> Result<String> {
        self.string(key, ParamType::Text)
    }
    pub fn path(&self, key: &str) -> Result<String> {
        self.string(key, ParamType::Path)
    }
    pub fn choice(&self, key: &str) -> Result<String> {
        self.string(key, ParamType::Choice)
    }
    /// Index of the choice in the declared list.
    pub fn choice_index(&self, key: &str) -> Result<usize> {
        Ok(size_of(self.value(key, ParamType::Choice)?.i64))
    }
    pub fn list(&self, key: &str) -> Result<Vec<f64>> {
        let value = self.value(key, ParamType::F64List)?;
        if value.count == 0 {
            return Ok(Vec::new());
        }
        // SAFETY: `count` elements, lent by the host for the call.
        Ok(unsafe { std::slice::from_raw_parts(value.list, value.count as usize) }.to_vec())
    }

    fn service<T>(&self, id: &CStr) -> Option<&'static T> {
        let get = self.host.get_ext?;
        // SAFETY: the host's own function; a table lives as long as the process.
        unsafe { get(self.host, id.as_ptr()).cast::<T>().as_ref() }
    }
    /// Messages for people, where the host offers them.
    pub fn log(&self) -> Option<Log> {
        self.service(sys::SYNFACE_EXT_LOG).map(|table| Log { table })
    }
    /// Declares a figure that is recorded as a curve, `<plugin id>.<key>`; `None` where the host
    /// offers no figures.
    pub fn metric(&self, plugin_id: &str, key: &str, unit: &str) -> Result<Option<Metric>> {
        let Some(table) = self.service::<sys::synface_ext_metric>(sys::SYNFACE_EXT_METRIC) else {
            return Ok(None);
        };
        let (Some(define), Some(record)) = (table.define, table.record) else {
            return Ok(None);
        };
        let mut number = 0;
        // SAFETY: the host's own function; the texts are lent for the call.
        call_host(|error| unsafe {
            define(lend(plugin_id), lend(key), lend(unit), &mut number, error)
        })?;
        Ok(Some(Metric { record, number }))
    }
    /// The host itself, for services that this layer does not wrap; see `synface_sys`.
    pub fn raw_host(&self) -> *const sys::synface_host {
        self.host
    }
}

fn lend(text: &str) -> sys::synface_str {
    sys::synface_str { data: text.as_ptr().cast(), size: text.len() as u64 }
}

/// # Safety
/// `text` is valid for 'a.
unsafe fn bytes_of<'a>(text: sys::synface_str) -> &'a [u8] {
    if text.data.is_null() || text.size == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(text.data.cast(), text.size as usize) }
}

/// Messages that land in the trial's log. An error ends nothing here: return an `Err` for that.
#[derive(Clone, Copy)]
pub struct Log {
    table: &'static sys::synface_ext_log,
}

impl Log {
    fn write(&self, level: u32, text: &str) {
        if let Some(write) = self.table.write {
            // SAFETY: the host's own function; the text is copied.
            unsafe { write(level, lend(text)) }
        }
    }
    pub fn debug(&self, text: &str) {
        self.write(sys::SYNFACE_LOG_DEBUG, text);
    }
    pub fn info(&self, text: &str) {
        self.write(sys::SYNFACE_LOG_INFO, text);
    }
    pub fn warning(&self, text: &str) {
        self.write(sys::SYNFACE_LOG_WARNING, text);
    }
}

type Record = unsafe extern "C" fn(
    *const sys::synface_context,
    u32,
    f64,
    *mut sys::synface_error,
) -> sys::synface_status;

/// A declared figure.
#[derive(Clone, Copy)]
pub struct Metric {
    record: Record,
    number: u32,
}

impl Metric {
    /// Records a value at the call's step.
    pub fn record(&self, ctx: &Context, value: f64) -> Result<()> {
        // SAFETY: the host's own function, with the context of a running call.
        call_host(|error| unsafe { (self.record)(ctx.raw(), self.number, value, error) })
    }
}
