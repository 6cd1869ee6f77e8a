//! A schema of parameters as const data:
//! `Param::f64("scale", 30.0).above(0.0).max(1000.0).doc("...")`.
use synface_sys as sys;
use sys::{synface_param, synface_str, synface_value};

/// What a parameter holds; the numbers are those of `<synface/param.h>`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum ParamType {
    Bool = sys::SYNFACE_PARAM_BOOL,
    I64 = sys::SYNFACE_PARAM_I64,
    F64 = sys::SYNFACE_PARAM_F64,
    Text = sys::SYNFACE_PARAM_STR,
    Choice = sys::SYNFACE_PARAM_ENUM,
    Path = sys::SYNFACE_PARAM_PATH,
    F64List = sys::SYNFACE_PARAM_F64_LIST,
}

#[derive(Clone, Copy)]
struct Value {
    i64: i64,
    f64: f64,
    text: &'static str,
    list: &'static [f64],
}

/// One parameter of a schema. The host checks the user's value against it and fills in the default.
#[derive(Clone, Copy)]
pub struct Param {
    kind: ParamType,
    flags: u64,
    key: &'static str,
    doc: &'static str,
    unit: &'static str,
    alias: &'static str,
    since: &'static str,
    min: f64,
    max: f64,
    default: Value,
    neutral: Value,
    choices: &'static [&'static str],
}

const NOTHING: Value = Value { i64: 0, f64: 0.0, text: "", list: &[] };

impl Param {
    const fn new(kind: ParamType, key: &'static str, default: Value) -> Param {
        Param {
            kind,
            flags: 0,
            key,
            doc: "",
            unit: "",
            alias: "",
            since: "",
            min: f64::NEG_INFINITY,
            max: f64::INFINITY,
            default,
            neutral: NOTHING,
            choices: &[],
        }
    }

    pub const fn f64(key: &'static str, default: f64) -> Param {
        Param::new(ParamType::F64, key, Value { f64: default, ..NOTHING })
    }
    pub const fn i64(key: &'static str, default: i64) -> Param {
        Param::new(ParamType::I64, key, Value { i64: default, ..NOTHING })
    }
    pub const fn flag(key: &'static str, default: bool) -> Param {
        Param::new(ParamType::Bool, key, Value { i64: default as i64, ..NOTHING })
    }
    pub const fn text(key: &'static str, default: &'static str) -> Param {
        Param::new(ParamType::Text, key, Value { text: default, ..NOTHING })
    }
    /// An absolute path or nothing; its content's hash counts for the identity of a trial.
    pub const fn path(key: &'static str, default: &'static str) -> Param {
        Param::new(ParamType::Path, key, Value { text: default, ..NOTHING })
    }
    pub const fn list(key: &'static str, default: &'static [f64]) -> Param {
        Param::new(ParamType::F64List, key, Value { list: default, ..NOTHING })
    }
    /// One of `choices`, which are at least one; `default` is an index.
    pub const fn one_of(
        key: &'static str,
        choices: &'static [&'static str],
        default: usize,
    ) -> Param {
        let value = Value { i64: default as i64, text: choices[default], ..NOTHING };
        let mut param = Param::new(ParamType::Choice, key, value);
        param.choices = choices;
        param
    }

    pub const fn min(mut self, low: f64) -> Param {
        self.min = low;
        self
    }
    pub const fn max(mut self, high: f64) -> Param {
        self.max = high;
        self
    }
    pub const fn range(self, low: f64, high: f64) -> Param {
        self.min(low).max(high)
    }
    /// More than `low`.
    pub const fn above(mut self, low: f64) -> Param {
        self.flags |= sys::SYNFACE_PARAM_MIN_EXCLUSIVE;
        self.min(low)
    }
    /// Less than `high`.
    pub const fn below(mut self, high: f64) -> Param {
        self.flags |= sys::SYNFACE_PARAM_MAX_EXCLUSIVE;
        self.max(high)
    }
    /// One sentence: what it does; the source of the formula if there is one.
    pub const fn doc(mut self, text: &'static str) -> Param {
        self.doc = text;
        self
    }
    pub const fn unit(mut self, text: &'static str) -> Param {
        self.unit = text;
        self
    }
    /// A former key that is still accepted, with a warning.
    pub const fn alias(mut self, key: &'static str) -> Param {
        self.alias = key;
        self
    }
    /// The plugin's version that added it.
    pub const fn since(mut self, version: &'static str) -> Param {
        self.since = version;
        self
    }
    /// The user must give it.
    pub const fn required(mut self) -> Param {
        self.flags |= sys::SYNFACE_PARAM_REQUIRED;
        self
    }
    /// Changes no number, so that it is no part of a trial's identity.
    pub const fn no_effect(mut self) -> Param {
        self.flags |= sys::SYNFACE_PARAM_NO_EFFECT;
        self
    }
    /// The value at which the plugin behaves as it did before it had this parameter.
    pub const fn neutral_f64(mut self, value: f64) -> Param {
        self.flags |= sys::SYNFACE_PARAM_HAS_NEUTRAL;
        self.neutral.f64 = value;
        self
    }
    pub const fn neutral_i64(mut self, value: i64) -> Param {
        self.flags |= sys::SYNFACE_PARAM_HAS_NEUTRAL;
        self.neutral.i64 = value;
        self
    }
    pub const fn neutral_flag(self, value: bool) -> Param {
        self.neutral_i64(value as i64)
    }
    /// A text, a path, or one of the choices.
    pub const fn neutral_text(mut self, value: &'static str) -> Param {
        self.flags |= sys::SYNFACE_PARAM_HAS_NEUTRAL;
        self.neutral.text = value;
        self
    }

    pub fn key(&self) -> &'static str {
        self.key
    }
    pub fn kind(&self) -> ParamType {
        self.kind
    }
    pub(crate) fn default_value(&self) -> synface_value {
        raw_value(self.kind, &self.default)
    }
}

const fn raw_value(kind: ParamType, value: &Value) -> synface_value {
    synface_value {
        r#type: kind as u32,
        count: value.list.len() as u32,
        i64: value.i64,
        f64: value.f64,
        str: synface_str::new(value.text),
        list: value.list.as_ptr(),
    }
}

/// How many choices all parameters have together.
pub const fn choice_count(params: &[Param]) -> usize {
    let (mut n, mut i) = (0, 0);
    while i < params.len() {
        n += params[i].choices.len();
        i += 1;
    }
    n
}

/// The choices of all parameters, one after the other.
pub const fn choice_texts<const M: usize>(params: &[Param]) -> [synface_str; M] {
    let mut texts = [synface_str::EMPTY; M];
    let (mut n, mut i) = (0, 0);
    while i < params.len() {
        let mut c = 0;
        while c < params[i].choices.len() {
            texts[n] = synface_str::new(params[i].choices[c]);
            n += 1;
            c += 1;
        }
        i += 1;
    }
    texts
}

/// The schema as the ABI has it; `choices` is what choice_texts() gave.
pub const fn raw_params<const N: usize>(
    params: &[Param],
    choices: &'static [synface_str],
) -> [synface_param; N] {
    let mut raw = [synface_param::EMPTY; N];
    let (mut first, mut i) = (0, 0);
    while i < N {
        let p = &params[i];
        raw[i] = synface_param {
            r#type: p.kind as u32,
            flags: p.flags,
            key: synface_str::new(p.key),
            doc: synface_str::new(p.doc),
            unit: synface_str::new(p.unit),
            min: p.min,
            max: p.max,
            def: raw_value(p.kind, &p.default),
            neutral: raw_value(p.kind, &p.neutral),
            choices: choices.split_at(first).1.as_ptr(),
            n_choices: p.choices.len() as u32,
            alias: synface_str::new(p.alias),
            since: synface_str::new(p.since),
            ..synface_param::EMPTY
        };
        first += p.choices.len();
        i += 1;
    }
    raw
}

pub const fn raw_param_pointers<const N: usize>(
    raw: &'static [synface_param; N],
) -> [Option<&'static synface_param>; N] {
    let mut pointers = [None; N];
    let mut i = 0;
    while i < N {
        pointers[i] = Some(&raw[i]);
        i += 1;
    }
    pointers
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: &[Param] = &[
        Param::f64("scale", 30.0).above(0.0).max(64.0).doc("s").unit("logit"),
        Param::one_of("mode", &["a", "b"], 1).neutral_text("a"),
        Param::flag("fast", true).required().no_effect(),
        Param::one_of("kind", &["x", "y", "z"], 2).alias("sort").since("1.1"),
        Param::list("steps", &[0.5, 1.0]),
    ];
    static CHOICES: [synface_str; choice_count(PARAMS)] = choice_texts(PARAMS);
    static RAW: [synface_param; PARAMS.len()] = raw_params(PARAMS, &CHOICES);

    fn text(from: synface_str) -> &'static str {
        // SAFETY: made from a &'static str above.
        let bytes =
            unsafe { std::slice::from_raw_parts(from.data.cast::<u8>(), from.size as usize) };
        std::str::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_schema_is_what_the_builder_said() {
        assert_eq!(text(RAW[0].key), "scale");
        assert_eq!((RAW[0].min, RAW[0].max, RAW[0].def.f64), (0.0, 64.0, 30.0));
        assert_eq!(RAW[0].flags, sys::SYNFACE_PARAM_MIN_EXCLUSIVE);
        assert_eq!((text(RAW[0].doc), text(RAW[0].unit)), ("s", "logit"));
        assert_eq!(RAW[1].flags, sys::SYNFACE_PARAM_HAS_NEUTRAL);
        assert_eq!((text(RAW[1].def.str), text(RAW[1].neutral.str)), ("b", "a"));
        assert_eq!(RAW[2].flags, sys::SYNFACE_PARAM_REQUIRED | sys::SYNFACE_PARAM_NO_EFFECT);
        assert_eq!((RAW[2].def.i64, RAW[2].r#type), (1, sys::SYNFACE_PARAM_BOOL));
        assert_eq!((text(RAW[3].alias), text(RAW[3].since)), ("sort", "1.1"));
        assert_eq!(RAW[4].def.count, 2);
        // SAFETY: `count` elements, from a &'static [f64].
        assert_eq!(unsafe { *RAW[4].def.list.add(1) }, 1.0);
    }

    #[test]
    fn each_parameter_has_its_own_choices() {
        let of = |p: &synface_param| -> Vec<&str> {
            // SAFETY: n_choices elements of CHOICES.
            (0..p.n_choices as usize).map(|i| text(unsafe { *p.choices.add(i) })).collect()
        };
        assert_eq!(of(&RAW[1]), ["a", "b"]);
        assert_eq!(of(&RAW[3]), ["x", "y", "z"]);
        assert_eq!(of(&RAW[0]), [""; 0]);
    }
}
