#include <synface/data/extensions.h>
#include <synface/data/listing.h>

#include <filesystem>

#include "ext_guard.h"

namespace synface::data {
namespace {

std::string text(synface_str s) {
  return s.data == nullptr ? std::string() : std::string(s.data, s.size);
}
synface_str lend(const std::string& s) {
  return {s.data(), s.size()};
}

synface_status ext_folder(synface_str root,
                          synface_status (*each)(void*, const synface_listed_image*, synface_error*)
                              SYNFACE_NOEXCEPT,
                          void* user, synface_error* error) noexcept {
  return guard(error, [&] {
    const ClassFolder folder = list_folder(text(root));
    for (std::size_t i = 0; i < folder.classes.size(); ++i) {
      const auto& person = folder.classes[i];
      for (std::size_t k = 0; k < person.files.size(); ++k) {
        const synface_listed_image image{i, k, lend(person.name), lend(person.files[k])};
        const synface_status status = each(user, &image, error);
        if (status != SYNFACE_OK) throw PassOn{status};
      }
    }
  });
}

synface_status ext_pairs(synface_str root, synface_str file,
                         synface_status (*each)(void*, const synface_listed_pair*, synface_error*)
                             SYNFACE_NOEXCEPT,
                         void* user, synface_error* error) noexcept {
  return guard(error, [&] {
    for (const Pair& pair : read_pairs(text(root), text(file))) {
      const synface_listed_pair listed{pair.fold, pair.same ? 1 : 0, lend(pair.first),
                                       lend(pair.second)};
      const synface_status status = each(user, &listed, error);
      if (status != SYNFACE_OK) throw PassOn{status};
    }
  });
}

synface_status ext_images(synface_str root,
                          synface_status (*each)(void*, const synface_listed_image*, synface_error*)
                              SYNFACE_NOEXCEPT,
                          void* user, synface_error* error) noexcept {
  return guard(error, [&] {
    const std::filesystem::path folder = std::filesystem::absolute(text(root));
    std::uint64_t n = 0;
    for (const std::string& name : list_images(text(root))) {
      const std::string path = (folder / name).string();
      const synface_listed_image image{n++, 0, lend(name), lend(path)};
      const synface_status status = each(user, &image, error);
      if (status != SYNFACE_OK) throw PassOn{status};
    }
  });
}

}  // namespace

const synface_ext_listing& listing_extension() noexcept {
  static constexpr synface_ext_listing kTable = {sizeof(synface_ext_listing), 0, &ext_folder,
                                                 &ext_pairs, &ext_images};
  return kTable;
}

}  // namespace synface::data
