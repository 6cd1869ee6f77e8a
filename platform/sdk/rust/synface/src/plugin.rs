//! What every plugin has, and the life of an instance behind the ABI.
use std::ffi::CStr;
use std::marker::PhantomData;

use synface_sys as sys;
use sys::{c_char, c_void};

use crate::create::Create;
use crate::error::{call_host, guard, Code, Error, Result};
use crate::param::Param;

/// What every plugin has. An instance is made on one thread and may be called on others, one call
/// at a time, hence `Send`.
pub trait Plugin: Sized + Send + 'static {
    /// The schema; `create` receives one value for each.
    const PARAMS: &'static [Param] = &[];

    /// Makes an instance. Draws no random number, starts no thread.
    fn create(create: &Create) -> Result<Self>;

    /// The version of the format of `save`, for a plugin that must remember something over a
    /// checkpoint (a moving average, a counter). `None`: it has nothing to remember.
    const STATE_VERSION: Option<u32> = None;

    /// The state in a format of the plugin's own.
    fn save(&self) -> Vec<u8> {
        Vec::new()
    }
    /// Restores what `save` of format `version` wrote; garbage is an error and must leave the
    /// instance as it was.
    fn load(&mut self, version: u32, bytes: &[u8]) -> Result<()> {
        let _ = (version, bytes);
        Err(Error::new(Code::Unsupported, "this plugin has no state"))
    }
}

/// # Safety
/// `handle` is what create() of `Life<P>` gave and no other reference to it is alive.
pub(crate) unsafe fn plugin_of<'a, P: Plugin>(handle: *mut c_void) -> &'a mut P {
    // SAFETY: the caller's promise.
    unsafe { &mut *handle.cast::<P>() }
}

pub(crate) struct Life<P>(PhantomData<P>);

impl<P: Plugin> Life<P> {
    unsafe extern "C" fn create(
        host: *const sys::synface_host,
        values: *const sys::synface_value,
        n: u32,
        dims: *const sys::synface_dims,
        handle: *mut *mut c_void,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        // SAFETY: the arguments are lent by the host for this call.
        unsafe {
            guard(error, || {
                let create = Create::lent(host, P::PARAMS, values, n, dims)?;
                create.check_device()?;
                *handle = Box::into_raw(Box::new(P::create(&create)?)).cast();
                Ok(())
            })
        }
    }

    unsafe extern "C" fn destroy(handle: *mut c_void) {
        // SAFETY: the host destroys a handle once, when no call is running in it.
        unsafe {
            guard(std::ptr::null_mut(), || {
                drop(Box::from_raw(handle.cast::<P>()));
                Ok(())
            });
        }
    }

    unsafe extern "C" fn get_ext(_: *mut c_void, id: *const c_char) -> *const c_void {
        // SAFETY: a NUL-terminated text of the host.
        let state = !id.is_null() && unsafe { CStr::from_ptr(id) } == sys::SYNFACE_EXT_STATE;
        if state && P::STATE_VERSION.is_some() {
            return std::ptr::from_ref(Self::STATE).cast();
        }
        std::ptr::null()
    }

    const STATE: &'static sys::synface_ext_state = &sys::synface_ext_state {
        struct_size: std::mem::size_of::<sys::synface_ext_state>() as u32,
        version: match P::STATE_VERSION {
            Some(version) => version,
            None => 0,
        },
        save: Some(Self::save),
        load: Some(Self::load),
    };

    unsafe extern "C" fn save(
        handle: *mut c_void,
        sink: *const sys::synface_sink,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        // SAFETY: handle and sink are lent by the host for this call.
        unsafe {
            guard(error, || {
                let bytes = plugin_of::<P>(handle).save();
                let write = (*sink).write.ok_or_else(|| Error::invalid("a sink without write"))?;
                call_host(|inner| {
                    write((*sink).user, bytes.as_ptr().cast(), bytes.len() as u64, inner)
                })
            })
        }
    }

    unsafe extern "C" fn load(
        handle: *mut c_void,
        version: u32,
        source: *const sys::synface_source,
        error: *mut sys::synface_error,
    ) -> sys::synface_status {
        // SAFETY: handle and source are lent by the host for this call.
        unsafe { guard(error, || plugin_of::<P>(handle).load(version, &read_all(&*source)?)) }
    }

    /// The first member of a kind's table of `size` bytes.
    pub(crate) const fn table(size: usize) -> sys::synface_instance_table {
        sys::synface_instance_table {
            struct_size: size as u32,
            reserved: 0,
            create: Some(Self::create),
            destroy: Some(Self::destroy),
            get_ext: Some(Self::get_ext),
        }
    }
}

/// # Safety
/// The source is lent by the host for a running call.
unsafe fn read_all(source: &sys::synface_source) -> Result<Vec<u8>> {
    let read = source.read.ok_or_else(|| Error::invalid("a source without read"))?;
    let mut bytes = Vec::new();
    let mut piece = [0_u8; 4096];
    loop {
        let mut got = 0;
        // SAFETY: room for the piece's length.
        call_host(|inner| unsafe {
            read(source.user, piece.as_mut_ptr().cast(), piece.len() as u64, &mut got, inner)
        })?;
        match piece.get(..got as usize) {
            Some([]) => return Ok(bytes),
            Some(part) => bytes.extend_from_slice(part),
            None => return Err(Error::invalid("the host gave more bytes than were asked for")),
        }
    }
}
