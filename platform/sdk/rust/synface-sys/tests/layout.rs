//! Every size, offset and constant of this crate is that of the C headers: the golden file of the
//! ABI (tests/abi/layout.golden of synface's tree) holds one line for each, and neither side has a
//! line that the other lacks.
use std::collections::BTreeSet;
use std::mem::{offset_of, size_of};
use synface_sys::*;

fn member_size<T, M>(_: fn(&T) -> &M) -> usize {
    size_of::<M>()
}

fn name(text: &str) -> &str {
    text.trim_start_matches("r#")
}

macro_rules! structs {
    ($lines:ident; $($name:ident { $($member:ident),* $(,)? })*) => {$(
        $lines.push(format!("SIZE({}, {})", stringify!($name), size_of::<$name>()));
        $($lines.push(format!(
            "MEMBER({}, {}, {}, {})",
            stringify!($name),
            name(stringify!($member)),
            offset_of!($name, $member),
            member_size(|t: &$name| &t.$member),
        ));)*
    )*};
}

macro_rules! values {
    ($lines:ident; $($name:ident),* $(,)?) => {
        $($lines.push(format!("VALUE({}, {})", stringify!($name), $name));)*
    };
}

macro_rules! texts {
    ($lines:ident; $($name:ident),* $(,)?) => {
        $($lines.push(format!("TEXT({}, {:?})", stringify!($name), $name.to_str().unwrap()));)*
    };
}

fn struct_lines() -> Vec<String> {
    let mut lines = Vec::new();
    structs! { lines;
        synface_str { data, size }
        synface_sink { struct_size, reserved, user, write }
        synface_error { struct_size, code, message, r#where }
        synface_value { r#type, count, i64, f64, str, list }
        synface_param {
            struct_size, r#type, flags, key, doc, unit, min, max, def, neutral, choices, n_choices,
            reserved, alias, since
        }
        synface_dtype { code, bits, lanes }
        synface_tensor { data, dev_type, dev_id, ndim, dtype, shape, strides, byte_offset, flags }
        synface_context {
            struct_size, phase, dev_type, dev_id, stream, key, counter, step, total_steps, epoch,
            threads, compute, deterministic, margin_scale, cancel
        }
        synface_host { struct_size, abi_major, abi_minor, reserved, name, version, get_ext }
        synface_dims {
            struct_size, dev_type, dev_id, reserved, classes, embedding, height, width, max_batch,
            identities, samples
        }
        synface_instance_table { struct_size, reserved, create, destroy, get_ext }
        synface_plugin { struct_size, kind, id, version, doc, revision, n_params, params, table }
        synface_entry { struct_size, abi_major, magic, abi_minor, n_plugins, plugins, init, deinit }
        synface_key { data_seed, identity, sample, set, reserved }
        synface_block { struct_size, offset, length, reserved, flags, name, doc }
        synface_generator_table {
            base, blocks, extent, latents, render, fetch, identity_name, masks, image_name
        }
        synface_mix_set { struct_size, index, data_seed, identities, samples }
        synface_mix_info { struct_size, stage, sources, sets }
        synface_mix_source { key, coefficient, label_weight }
        synface_mixup_table { base, info, pick, apply }
        synface_parameter { struct_size, ndim, shape, name, dtype, lr_scale, flags }
        synface_parameters_table { struct_size, reserved, list, init, bind }
        synface_backbone_table {
            base, parameters, forward, backward, tape_free, calibrate, embedding
        }
        synface_loss_info { struct_size, form, flags, scale, margin, subcentres, margin_unit }
        synface_loss_table {
            base, parameters, info, margin, logits, logits_backward, loss, loss_backward, tape_free
        }
        synface_metric_spec { struct_size, goal, primary, reserved, key, unit, doc }
        synface_eval_set { struct_size, set, data_seed, identities, samples }
        synface_request { struct_size, reserved, key, file }
        synface_request_sink { struct_size, reserved, user, add }
        synface_result_sink { struct_size, reserved, user, scalar, interval, curve, artifact }
        synface_benchmark_table { base, metrics, requests, evaluate }
        synface_ext_alloc { struct_size, reserved, take, give }
        synface_ext_codec { struct_size, reserved, measure, decode, encode, resize }
        synface_ext_images { struct_size, reserved, read, embed }
        synface_listed_image { identity, sample, name, path }
        synface_listed_pair { fold, same, first, second }
        synface_ext_listing { struct_size, reserved, folder, pairs, images }
        synface_ext_log { struct_size, reserved, write }
        synface_ext_math { struct_size, reserved, gemm, normalise_rows }
        synface_ext_metric { struct_size, reserved, define, record }
        synface_ext_parallel { struct_size, reserved, each }
        synface_source { struct_size, reserved, user, read }
        synface_ext_state { struct_size, version, save, load }
        synface_ext_tensorfile { struct_size, reserved, open, close, get, metadata }
    }
    lines
}

fn constant_lines() -> Vec<String> {
    let mut lines = Vec::new();
    values! { lines;
        SYNFACE_ABI_MAJOR, SYNFACE_ABI_MINOR, SYNFACE_DEVICE_CPU, SYNFACE_DEVICE_CUDA, SYNFACE_OK,
        SYNFACE_ERR_INVALID, SYNFACE_ERR_UNSUPPORTED, SYNFACE_ERR_MEMORY, SYNFACE_ERR_CANCELLED,
        SYNFACE_ERR_NUMERIC, SYNFACE_ERR_IO, SYNFACE_ERR_INTERNAL, SYNFACE_ERR_ABI,
        SYNFACE_NOTE_TYPE, SYNFACE_NOTE_MAX, SYNFACE_PARAM_BOOL, SYNFACE_PARAM_I64,
        SYNFACE_PARAM_F64, SYNFACE_PARAM_STR, SYNFACE_PARAM_ENUM, SYNFACE_PARAM_PATH,
        SYNFACE_PARAM_F64_LIST, SYNFACE_PARAM_REQUIRED, SYNFACE_PARAM_HAS_NEUTRAL,
        SYNFACE_PARAM_MIN_EXCLUSIVE, SYNFACE_PARAM_MAX_EXCLUSIVE, SYNFACE_PARAM_NO_EFFECT,
        SYNFACE_INT, SYNFACE_UINT, SYNFACE_FLOAT, SYNFACE_BFLOAT, SYNFACE_TENSOR_READ_ONLY,
        SYNFACE_TENSOR_CHANNELS_LAST, SYNFACE_MAX_DIMS, SYNFACE_PHASE_TRAIN, SYNFACE_PHASE_EVAL,
        SYNFACE_STREAM_INIT, SYNFACE_STREAM_IDENTITY, SYNFACE_STREAM_SAMPLE, SYNFACE_STREAM_MIXUP,
        SYNFACE_STREAM_AUGMENT, SYNFACE_STREAM_DROPOUT, SYNFACE_STREAM_ORDER,
        SYNFACE_KIND_GENERATOR, SYNFACE_KIND_MIXUP, SYNFACE_KIND_BACKBONE, SYNFACE_KIND_LOSS,
        SYNFACE_KIND_BENCHMARK, SYNFACE_ENTRY_MAGIC, SYNFACE_BLOCK_PER_IDENTITY,
        SYNFACE_BLOCK_MIXABLE, SYNFACE_STAGE_LATENT, SYNFACE_STAGE_BATCH, SYNFACE_MAX_SOURCES,
        SYNFACE_PARAMETER_TRAINABLE, SYNFACE_PARAMETER_BUFFER, SYNFACE_PARAMETER_NO_DECAY,
        SYNFACE_LOSS_MARGIN, SYNFACE_LOSS_LOGITS, SYNFACE_LOSS_EMBEDDING, SYNFACE_LOSS_NORM_X,
        SYNFACE_LOSS_NORM_W, SYNFACE_LOSS_JOINT_TARGETS, SYNFACE_GOAL_NONE, SYNFACE_GOAL_MAXIMISE,
        SYNFACE_GOAL_MINIMISE, SYNFACE_SET_TRAIN, SYNFACE_SET_HELDOUT, SYNFACE_SET_REAL,
        SYNFACE_VIEW_PLAIN, SYNFACE_VIEW_FLIP, SYNFACE_CODEC_PNG, SYNFACE_CODEC_JPEG,
        SYNFACE_LOG_DEBUG, SYNFACE_LOG_INFO, SYNFACE_LOG_WARNING, SYNFACE_LOG_ERROR
    }
    texts! { lines;
        SYNFACE_EXT_ALLOC, SYNFACE_EXT_CODEC, SYNFACE_EXT_IMAGES, SYNFACE_EXT_LISTING,
        SYNFACE_EXT_LOG, SYNFACE_EXT_MATH, SYNFACE_EXT_METRIC, SYNFACE_EXT_PARALLEL,
        SYNFACE_EXT_STATE, SYNFACE_EXT_TENSORFILE
    }
    lines
}

fn golden() -> BTreeSet<String> {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../tests/abi/layout.golden");
    let text = std::fs::read_to_string(file).expect(file);
    let kinds = ["SIZE(", "MEMBER(", "VALUE(", "TEXT("];
    text.lines().filter(|l| kinds.iter().any(|k| l.starts_with(k))).map(String::from).collect()
}

#[test]
fn is_that_of_the_c_headers() {
    let theirs = golden();
    let ours: BTreeSet<String> = struct_lines().into_iter().chain(constant_lines()).collect();
    assert!(theirs.len() > 300, "the golden file is cut off: {} lines", theirs.len());
    let wrong: Vec<_> = ours.difference(&theirs).collect();
    let missing: Vec<_> = theirs.difference(&ours).collect();
    assert!(wrong.is_empty() && missing.is_empty(), "not in C: {wrong:#?}\nnot here: {missing:#?}");
}

#[test]
fn note_is_what_the_c_macro_writes() {
    const TEXT: &str = "abi=0.1\nplugin=loss/x@1\n";
    let note = synface_note_record::<{ note_size(TEXT) }>::new(TEXT);
    assert_eq!(size_of::<synface_note_record<28>>(), 20 + 28);
    assert_eq!((note.namesz, note.descsz, note.r#type), (8, 28, 1));
    assert_eq!(&note.name, b"synface\0");
    assert_eq!(&note.desc[..TEXT.len()], TEXT.as_bytes());
    assert!(note.desc[TEXT.len()..].iter().all(|b| *b == 0));
}
