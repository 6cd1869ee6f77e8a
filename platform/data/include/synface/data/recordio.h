// Files of the field's other tools, written record by record to a sink: MXNet's RecordIO with the
// headers that InsightFace's training reads, and POSIX ustar.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace synface::data {

// Takes bytes that follow those before.
using ByteSink = std::function<void(std::span<const std::uint8_t>)>;

// A record as dmlc-core writes it (https://github.com/dmlc/dmlc-core, include/dmlc/recordio.h):
// u32 magic 0xCED7230A, u32 with the part in its upper 3 bits and the length in its lower 29, the
// bytes, zeros up to a multiple of 4. Where the bytes hold the magic at a multiple of 4, the record
// is cut there and the magic left out: part 1 begins, 2 goes on, 3 ends, 0 is whole. Error(kUsage)
// for a record of 512 MiB or more.
void write_record(const ByteSink& sink, std::span<const std::uint8_t> bytes);

// MXNet's image header in front of an image (python/mxnet/recordio.py, IRHeader, "IfQQ"): u32 flag,
// f32 label, u64 id, u64 id2. One label: flag 0; several: flag is their number, label 0, and they
// follow as f32.
std::vector<std::uint8_t> image_record(std::span<const float> labels, std::uint64_t id,
                                       std::span<const std::uint8_t> image);

// One regular file of a ustar archive (IEEE Std 1003.1-2017, pax, "ustar Interchange Format"): mode
// 0644, owner and time 0, so that equal content gives equal archives. A name has at most 100 bytes.
void write_tar_file(const ByteSink& sink, std::string_view name,
                    std::span<const std::uint8_t> bytes);
// The two blocks of zeros behind the last file.
void write_tar_end(const ByteSink& sink);

}  // namespace synface::data
