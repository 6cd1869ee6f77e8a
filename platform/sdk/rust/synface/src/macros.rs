//! The note and the exported symbol of a library with one plugin.

/// Major and minor of the ABI as a literal, for the note.
#[doc(hidden)]
#[macro_export]
macro_rules! __abi_text {
    () => {
        "0.1"
    };
}

/// Once in a crate of type `cdylib`: names the plugin, and writes what the host reads, the note
/// and the entry.
///
/// The first key says what it is: `margin_loss`, `logits_loss`, `embedding_loss` or `mixup`. `id`
/// is a literal of [a-z0-9_] with optional dots; `revision` is a literal integer: raise it whenever
/// the same inputs give other numbers, and every trial that used the plugin becomes new.
#[macro_export]
macro_rules! plugin {
    (margin_loss: $type:ty, $($rest:tt)*) => {
        $crate::__plugin!("loss", SYNFACE_KIND_LOSS, MarginTable, $type, $($rest)*);
    };
    (logits_loss: $type:ty, $($rest:tt)*) => {
        $crate::__plugin!("loss", SYNFACE_KIND_LOSS, LogitsTable, $type, $($rest)*);
    };
    (embedding_loss: $type:ty, $($rest:tt)*) => {
        $crate::__plugin!("loss", SYNFACE_KIND_LOSS, EmbeddingTable, $type, $($rest)*);
    };
    (mixup: $type:ty, $($rest:tt)*) => {
        $crate::__plugin!("mixup", SYNFACE_KIND_MIXUP, MixupTable, $type, $($rest)*);
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __plugin {
    ($kind_text:literal, $kind:ident, $table:ident, $type:ty,
     id: $id:literal, revision: $revision:literal, version: $version:expr, doc: $doc:expr $(,)?) => {
        const _: () = {
            use $crate::sys;

            const SCHEMA: &[$crate::Param] = <$type as $crate::Plugin>::PARAMS;
            static CHOICES: [sys::synface_str; $crate::glue::choice_count(SCHEMA)] =
                $crate::glue::choice_texts(SCHEMA);
            static PARAMS: [sys::synface_param; SCHEMA.len()] =
                $crate::glue::raw_params(SCHEMA, &CHOICES);
            // Option<&T> has the layout of a pointer.
            static POINTERS: [Option<&'static sys::synface_param>; SCHEMA.len()] =
                $crate::glue::raw_param_pointers(&PARAMS);

            static PLUGIN: sys::synface_plugin = sys::synface_plugin {
                struct_size: ::core::mem::size_of::<sys::synface_plugin>() as u32,
                kind: sys::$kind,
                id: sys::synface_str::new($id),
                version: sys::synface_str::new($version),
                doc: sys::synface_str::new($doc),
                revision: $revision,
                n_params: SCHEMA.len() as u32,
                params: if SCHEMA.is_empty() {
                    ::core::ptr::null()
                } else {
                    POINTERS.as_ptr().cast()
                },
                table: &$crate::glue::$table::<$type>::TABLE.base,
            };
            static PLUGINS: [&'static sys::synface_plugin; 1] = [&PLUGIN];

            #[no_mangle]
            pub static synface_plugin_entry: sys::synface_entry = sys::synface_entry {
                struct_size: ::core::mem::size_of::<sys::synface_entry>() as u32,
                abi_major: sys::SYNFACE_ABI_MAJOR,
                magic: sys::SYNFACE_ENTRY_MAGIC,
                abi_minor: sys::SYNFACE_ABI_MINOR,
                n_plugins: 1,
                plugins: PLUGINS.as_ptr().cast(),
                init: None,
                deinit: None,
            };

            const NOTE_TEXT: &str = ::core::concat!(
                "abi=",
                $crate::__abi_text!(),
                "\nplugin=",
                $kind_text,
                "/",
                $id,
                "@",
                $revision,
                "\nsdk=rust 0.1\n"
            );
            #[used]
            #[link_section = ".note.synface"]
            static NOTE: sys::synface_note_record<{ sys::note_size(NOTE_TEXT) }> =
                sys::synface_note_record::new(NOTE_TEXT);
        };
    };
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_note_names_the_abi_and_the_sdk_of_this_crate() {
        let abi = format!("{}.{}", synface_sys::SYNFACE_ABI_MAJOR, synface_sys::SYNFACE_ABI_MINOR);
        assert_eq!(crate::__abi_text!(), abi);
        assert_eq!(crate::SDK_VERSION, "0.1");
    }
}
