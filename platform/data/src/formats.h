// The two formats behind codec.h. Every function throws Error(kData) that names the file.
#pragma once

#include <synface/data/codec.h>

namespace synface::data {

bool is_jpeg(Bytes file);
ImageSize measure_jpeg(Bytes file, std::string_view name);
void decode_jpeg(Bytes file, std::string_view name, ImageSize size, std::uint8_t* pixels);

bool is_png(Bytes file);
ImageSize measure_png(Bytes file, std::string_view name);
void decode_png(Bytes file, std::string_view name, ImageSize size, std::uint8_t* pixels);

// Refuses what is too large to be a photograph.
void check_size(ImageSize size, std::string_view name);

}  // namespace synface::data
