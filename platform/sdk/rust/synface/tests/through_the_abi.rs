//! A plugin made with `plugin!`, called as the host calls it: through the exported entry alone.
use std::ffi::{c_void, CStr};
use std::mem::size_of;
use std::ptr::{null, null_mut};

use synface::sys::{self, *};
use synface::{
    Context, Create, Error, Float, LossInfo, MarginInput, MarginLoss, MarginOutput, Param, Plugin,
    Result,
};

struct Sample {
    scale: f64,
    margin: f64,
    fault: usize,
    calls: u64,
}

impl Plugin for Sample {
    const PARAMS: &'static [Param] = &[
        Param::f64("scale", 16.0).above(0.0),
        Param::f64("margin", 0.25).range(0.0, 1.0),
        Param::one_of("fault", &["none", "error", "panic"], 0),
    ];
    const STATE_VERSION: Option<u32> = Some(3);

    fn create(create: &Create) -> Result<Self> {
        if create.dims().classes < 2 {
            return Err(Error::invalid("at least two classes are needed").at("classes"));
        }
        let (scale, margin) = (create.f64("scale")?, create.f64("margin")?);
        Ok(Sample { scale, margin, fault: create.choice_index("fault")?, calls: 0 })
    }
    fn save(&self) -> Vec<u8> {
        self.calls.to_le_bytes().to_vec()
    }
    fn load(&mut self, version: u32, bytes: &[u8]) -> Result<()> {
        let bytes = bytes.try_into().map_err(|_| Error::invalid("eight bytes are expected"))?;
        if version != 3 {
            return Err(Error::invalid("another version"));
        }
        self.calls = u64::from_le_bytes(bytes);
        Ok(())
    }
}

impl MarginLoss for Sample {
    fn info(&self) -> LossInfo {
        LossInfo::cosine(self.scale, self.margin)
    }
    fn margin<T: Float>(
        &mut self,
        ctx: &Context,
        input: MarginInput<T>,
        output: MarginOutput<T>,
    ) -> Result<()> {
        self.calls += 1;
        match self.fault {
            1 => return Err(Error::invalid("told to fail").at("fault")),
            2 => panic!("told to panic in step {}", ctx.step()),
            _ => {}
        }
        let m = T::from_f64(self.margin * ctx.margin_scale());
        for (i, &cos) in input.cos.iter().enumerate() {
            output.z[i] = cos - m * input.weights[i];
            output.dz_dcos[i] = T::ONE;
        }
        Ok(())
    }
}

synface::plugin! {
    margin_loss: Sample, id: "sample", revision: 7, version: "2.1.0", doc: "For tests."
}

extern "C" {
    static synface_plugin_entry: synface_entry;
}

fn entry() -> &'static synface_entry {
    // SAFETY: defined above.
    unsafe { &synface_plugin_entry }
}
fn plugin() -> &'static synface_plugin {
    // SAFETY: one plugin.
    unsafe { &**entry().plugins }
}
fn table() -> &'static synface_loss_table {
    // SAFETY: a loss.
    unsafe { &*plugin().table.cast() }
}
fn no_error() -> synface_error {
    synface_error { struct_size: 1160, code: 0, message: [0; 1024], r#where: [0; 128] }
}
fn message(error: &synface_error) -> String {
    // SAFETY: NUL-terminated, as the ABI says.
    unsafe { CStr::from_ptr(error.message.as_ptr()) }.to_str().unwrap().to_owned()
}
fn dims(classes: i64, device: i32) -> synface_dims {
    synface_dims {
        struct_size: size_of::<synface_dims>() as u32,
        dev_type: device,
        dev_id: 0,
        reserved: 0,
        classes,
        embedding: 8,
        height: 0,
        width: 0,
        max_batch: 4,
        identities: 0,
        samples: 0,
    }
}
fn host() -> synface_host {
    synface_host {
        struct_size: size_of::<synface_host>() as u32,
        abi_major: SYNFACE_ABI_MAJOR,
        abi_minor: SYNFACE_ABI_MINOR,
        reserved: 0,
        name: synface_str::new("test"),
        version: synface_str::EMPTY,
        get_ext: None,
    }
}
fn values(fault: i64) -> [synface_value; 3] {
    let of = |i: usize| unsafe { (**plugin().params.add(i)).def };
    let mut all = [of(0), of(1), of(2)];
    all[2].i64 = fault;
    all
}

fn create(dims: synface_dims, fault: i64) -> std::result::Result<*mut c_void, (i32, String)> {
    let (mut handle, mut error) = (null_mut(), no_error());
    let (host, values) = (host(), values(fault));
    // SAFETY: as the host does.
    let status = unsafe {
        table().base.create.unwrap()(&host, values.as_ptr(), 3, &dims, &mut handle, &mut error)
    };
    match status {
        SYNFACE_OK => Ok(handle),
        code => Err((code, message(&error))),
    }
}
fn destroy(handle: *mut c_void) {
    // SAFETY: once.
    unsafe { table().base.destroy.unwrap()(handle) }
}

fn context() -> synface_context {
    // SAFETY: integers, floats and pointers that may be NULL.
    let mut ctx: synface_context = unsafe { std::mem::zeroed() };
    ctx.struct_size = size_of::<synface_context>() as u32;
    ctx.phase = SYNFACE_PHASE_TRAIN;
    ctx.margin_scale = 0.5;
    ctx.step = 9;
    ctx
}

const SHAPE: [i64; 2] = [2, 1];
const STRIDES: [i64; 2] = [1, 1];
fn tensor<T>(data: &mut [T], flags: u64) -> synface_tensor {
    synface_tensor {
        data: data.as_mut_ptr().cast(),
        dev_type: SYNFACE_DEVICE_CPU,
        dev_id: 0,
        ndim: 2,
        dtype: synface_dtype { code: SYNFACE_FLOAT, bits: 8 * size_of::<T>() as u8, lanes: 1 },
        shape: SHAPE.as_ptr(),
        strides: STRIDES.as_ptr(),
        byte_offset: 0,
        flags,
    }
}

fn margin(handle: *mut c_void, tensors: [&synface_tensor; 5]) -> (i32, String) {
    let [cos, norm, weights, z, slope] = tensors;
    let (ctx, mut error) = (context(), no_error());
    // SAFETY: as the host does.
    let status = unsafe {
        let margin = table().margin.unwrap();
        margin(handle, &ctx, cos, norm, weights, z, slope, null(), &mut error)
    };
    (status, message(&error))
}

fn check<T: Float>() {
    let handle = create(dims(10, SYNFACE_DEVICE_CPU), 0).unwrap();
    let two = |a: f64, b: f64| [T::from_f64(a), T::from_f64(b)];
    let (mut cos, mut norm, mut weights) = (two(0.5, -0.25), two(1.0, 2.0), two(1.0, 0.5));
    let (mut z, mut slope) = (two(9.0, 9.0), two(9.0, 9.0));
    let outcome = margin(
        handle,
        [
            &tensor(&mut cos, SYNFACE_TENSOR_READ_ONLY),
            &tensor(&mut norm, SYNFACE_TENSOR_READ_ONLY),
            &tensor(&mut weights, SYNFACE_TENSOR_READ_ONLY),
            &tensor(&mut z, 0),
            &tensor(&mut slope, 0),
        ],
    );
    assert_eq!(outcome, (SYNFACE_OK, String::new()));
    assert_eq!(z, two(0.5 - 0.125, -0.25 - 0.0625));
    assert_eq!(slope, two(1.0, 1.0));
    destroy(handle);
}

#[test]
fn a_margin_is_computed_in_both_float_types() {
    check::<f32>();
    check::<f64>();
}

#[test]
fn the_entry_describes_the_plugin() {
    assert_eq!(entry().magic, SYNFACE_ENTRY_MAGIC);
    assert_eq!((entry().n_plugins, plugin().revision, plugin().n_params), (1, 7, 3));
    assert_eq!(plugin().kind, SYNFACE_KIND_LOSS);
    assert_eq!(table().base.struct_size as usize, size_of::<synface_loss_table>());
    let mut info = sys::synface_loss_info {
        struct_size: size_of::<synface_loss_info>() as u32,
        form: 0,
        flags: 0,
        scale: 0.0,
        margin: 0.0,
        subcentres: 0,
        margin_unit: 0,
    };
    let handle = create(dims(10, SYNFACE_DEVICE_CPU), 0).unwrap();
    // SAFETY: as the host does.
    let status = unsafe { table().info.unwrap()(handle, &mut info, &mut no_error()) };
    assert_eq!((status, info.form, info.margin_unit), (SYNFACE_OK, SYNFACE_LOSS_MARGIN, 1));
    assert_eq!((info.scale, info.margin, info.subcentres), (16.0, 0.25, 1));
    assert_eq!(info.flags, SYNFACE_LOSS_NORM_X | SYNFACE_LOSS_NORM_W);
    destroy(handle);
}

#[test]
fn what_create_refuses_says_why() {
    let refused = create(dims(1, SYNFACE_DEVICE_CPU), 0);
    assert_eq!(refused, Err((SYNFACE_ERR_INVALID, "at least two classes are needed".into())));
    let (code, text) = create(dims(10, SYNFACE_DEVICE_CUDA), 0).unwrap_err();
    assert_eq!(code, SYNFACE_ERR_UNSUPPORTED);
    assert!(text.contains("CPU only"), "{text}");
}

#[test]
fn an_error_and_a_panic_arrive_as_statuses() {
    for (fault, code, text) in [
        (1, SYNFACE_ERR_INVALID, "told to fail"),
        (2, SYNFACE_ERR_INTERNAL, "the plugin panicked: told to panic in step 9"),
    ] {
        let handle = create(dims(10, SYNFACE_DEVICE_CPU), fault).unwrap();
        let mut data = [[0.0_f32; 2]; 5];
        let [a, b, c, d, e] = data.each_mut().map(|d| tensor(d, 0));
        assert_eq!(margin(handle, [&a, &b, &c, &d, &e]), (code, text.to_owned()));
        destroy(handle);
    }
}

#[test]
fn tensors_that_no_safe_code_may_see_are_refused() {
    let handle = create(dims(10, SYNFACE_DEVICE_CPU), 0).unwrap();
    let mut data = [[0.0_f32; 2]; 5];
    let [cos, norm, weights, z, slope] = data.each_mut().map(|d| tensor(d, 0));
    let expect = |tensors, words: &str| {
        let (code, text) = margin(handle, tensors);
        assert_eq!(code, SYNFACE_ERR_INVALID);
        assert!(text.contains(words), "{text}");
    };
    let read_only = synface_tensor { flags: SYNFACE_TENSOR_READ_ONLY, ..z };
    expect([&cos, &norm, &weights, &read_only, &slope], "read-only");
    expect([&cos, &norm, &weights, &cos, &slope], "overlaps");
    expect([&cos, &norm, &weights, &z, &z], "overlaps");
    const GAPS: [i64; 2] = [2, 1];
    let strided = synface_tensor { strides: GAPS.as_ptr(), ..z };
    expect([&cos, &norm, &weights, &strided, &slope], "not dense");
    let nowhere = synface_tensor { data: null_mut(), ..z };
    expect([&cos, &norm, &weights, &nowhere, &slope], "no memory");
    let elsewhere = synface_tensor { dev_type: SYNFACE_DEVICE_CUDA, ..z };
    expect([&cos, &norm, &weights, &elsewhere, &slope], "not lie on the CPU");
    destroy(handle);
}

#[test]
fn an_empty_batch_succeeds_without_memory() {
    const NONE: [i64; 2] = [0, 1];
    let handle = create(dims(10, SYNFACE_DEVICE_CPU), 2).unwrap(); // would panic if called
    let empty =
        synface_tensor { data: null_mut(), shape: NONE.as_ptr(), ..tensor(&mut [0.0_f32; 2], 0) };
    assert_eq!(margin(handle, [&empty; 5]), (SYNFACE_OK, String::new()));
    destroy(handle);
}

unsafe extern "C" fn collect(
    user: *mut c_void,
    bytes: *const c_void,
    n: u64,
    _: *mut synface_error,
) -> i32 {
    let all = &mut *user.cast::<Vec<u8>>();
    all.extend_from_slice(std::slice::from_raw_parts(bytes.cast(), n as usize));
    SYNFACE_OK
}
/// One byte at a time.
unsafe extern "C" fn supply(
    user: *mut c_void,
    bytes: *mut c_void,
    _: u64,
    got: *mut u64,
    _: *mut synface_error,
) -> i32 {
    let rest = &mut *user.cast::<Vec<u8>>();
    *got = 0;
    if !rest.is_empty() {
        *bytes.cast::<u8>() = rest.remove(0);
        *got = 1;
    }
    SYNFACE_OK
}

#[test]
fn state_goes_out_and_comes_back_in_short_reads() {
    let handle = create(dims(10, SYNFACE_DEVICE_CPU), 0).unwrap();
    // SAFETY: as the host does.
    unsafe {
        let get = table().base.get_ext.unwrap();
        assert!(get(handle, c"synface.unknown/1".as_ptr()).is_null());
        let state = &*get(handle, SYNFACE_EXT_STATE.as_ptr()).cast::<synface_ext_state>();
        assert_eq!(state.version, 3);
        let mut given = 258_u64.to_le_bytes().to_vec();
        let from = synface_source {
            struct_size: size_of::<synface_source>() as u32,
            reserved: 0,
            user: std::ptr::from_mut(&mut given).cast(),
            read: Some(supply),
        };
        let load = state.load.unwrap();
        assert_eq!(load(handle, 3, &from, &mut no_error()), SYNFACE_OK);
        let mut written: Vec<u8> = Vec::new();
        let to = synface_sink {
            struct_size: size_of::<synface_sink>() as u32,
            reserved: 0,
            user: std::ptr::from_mut(&mut written).cast(),
            write: Some(collect),
        };
        assert_eq!(state.save.unwrap()(handle, &to, &mut no_error()), SYNFACE_OK);
        assert_eq!(written, 258_u64.to_le_bytes());
        assert_eq!(load(handle, 3, &from, &mut no_error()), SYNFACE_ERR_INVALID);
        // nothing left
    }
    destroy(handle);
}
