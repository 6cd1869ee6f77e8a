// The tests of the catalogue (catalogue.cpp). Each returns when it passed, and throws a Verdict, a
// CallFailed (a call failed that must succeed) or an Error otherwise.
#pragma once

#include "scene.h"

namespace synface::plugin::check {

// tests_file.cpp
void file_note(Scene& scene);
void file_symbols(Scene& scene);
void file_torch(Scene& scene);
void file_libraries(Scene& scene);
void file_stack(Scene& scene);
void file_relocations(Scene& scene);
void load(Scene& scene);

// tests_life.cpp
void create(Scene& scene);
void create_many(Scene& scene);
void bare_host(Scene& scene);
void unknown_extension(Scene& scene);
void description_stable(Scene& scene);

// tests_params.cpp
void param_docs(Scene& scene);
void param_schema(Scene& scene);
void param_bounds(Scene& scene);
void param_random(Scene& scene);
void hostile_strings(Scene& scene);

// tests_calls.cpp
void first_call(Scene& scene);
void error_untouched(Scene& scene);
void outputs_written(Scene& scene);
void guard_bytes(Scene& scene);
void inputs_read_only(Scene& scene);
void inputs_overread(Scene& scene);
void empty_batch(Scene& scene);
void optional_null(Scene& scene);
void kept_pointer(Scene& scene);
void memory_growth(Scene& scene);
void cancel(Scene& scene);
void other_thread(Scene& scene);

// tests_values.cpp
void same_seed(Scene& scene);
void two_instances(Scene& scene);
void rows_independent(Scene& scene);
void tensor_layouts(Scene& scene);
void tensor_types(Scene& scene);
void margin_scale(Scene& scene);
void eval_read_only(Scene& scene);

// tests_gradient.cpp
void gradient(Scene& scene);

// tests_tapes.cpp
void gradient_accumulate(Scene& scene);
void tape_order(Scene& scene);

// tests_global.cpp
void global_locale(Scene& scene);
void global_float_mode(Scene& scene);
void global_signals(Scene& scene);
void global_folder(Scene& scene);
void global_umask(Scene& scene);
void global_environment(Scene& scene);
void global_random(Scene& scene);
void global_threads(Scene& scene);
void global_stdout(Scene& scene);
void global_descriptors(Scene& scene);

// tests_state.cpp
void state_round_trip(Scene& scene);
void state_short_reads(Scene& scene);
void state_garbage(Scene& scene);
void sink_status(Scene& scene);

// tests_kind.cpp
void mixup_sources(Scene& scene);
void mixup_pure(Scene& scene);
void identity_blocks(Scene& scene);
void metrics_declared(Scene& scene);

}  // namespace synface::plugin::check
