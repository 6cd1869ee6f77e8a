// Real (or any) images in class folders: PATH/PERSON/IMAGE.{jpg,jpeg,png}.
#include <synface/sdk/generator.h>

#include <cstdio>

namespace {

namespace sdk = synface::sdk;

struct Folder {
  static constexpr sdk::Param parameters[] = {
      sdk::path("path", "")
          .required()
          .doc("the folder with one folder for each person; people and images count in byte "
               "order of their names, but with both identities and samples given they are drawn "
               "by seed.data among the people who have enough images"),
  };

  explicit Folder(const sdk::Create& create) : root_(create.path("path")) {
    const auto& listing = create.need<synface_ext_listing>(SYNFACE_EXT_LISTING);
    synface_error inner = sdk::empty_error();
    sdk::check(listing.folder(sdk::str(std::string_view(root_)), &Folder::add, this, &inner),
               inner);
  }

  uint64_t identities() const { return people_.size(); }
  uint64_t samples(uint64_t identity) const { return person(identity).images.size(); }
  std::string identity_name(uint64_t identity) const { return person(identity).name; }

  std::string fetch(const sdk::Key& key) { return read(path(key)); }
  std::string image_name(const sdk::Key& key) const { return path(key); }

 private:
  struct Person {
    std::string name;
    std::vector<std::string> images;
  };

  const std::string& path(const sdk::Key& key) const {
    const Person& owner = person(key.identity);
    if (key.sample >= owner.images.size()) {
      throw sdk::Error(SYNFACE_ERR_INVALID,
                       owner.name + " has " + std::to_string(owner.images.size()) +
                           " images, image " + std::to_string(key.sample) + " was asked for",
                       root_);
    }
    return owner.images[key.sample];
  }

  static synface_status add(void* user, const synface_listed_image* image,
                            synface_error* error) noexcept {
    return sdk::guard(error, [&] {
      auto& people = static_cast<Folder*>(user)->people_;
      if (image->identity >= people.size()) {
        people.resize(image->identity + 1);
        people.back().name = std::string(sdk::view(image->name));
      }
      people[image->identity].images.emplace_back(sdk::view(image->path));
    });
  }

  const Person& person(uint64_t identity) const {
    if (identity >= people_.size()) {
      throw sdk::Error(SYNFACE_ERR_INVALID,
                       "the folder has " + std::to_string(people_.size()) + " people, number " +
                           std::to_string(identity) + " was asked for",
                       root_);
    }
    return people_[identity];
  }

  static std::string read(const std::string& path) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"),
                                                               &std::fclose);
    if (!file) throw sdk::Error(SYNFACE_ERR_IO, "the image cannot be opened: " + path, path);
    std::string bytes;
    char piece[65536];
    while (const std::size_t got = std::fread(piece, 1, sizeof piece, file.get())) {
      bytes.append(piece, got);
    }
    if (std::ferror(file.get()) != 0) {
      throw sdk::Error(SYNFACE_ERR_IO, "the image cannot be read: " + path, path);
    }
    return bytes;
  }

  std::string root_;
  std::vector<Person> people_;
};

}  // namespace

SYNFACE_GENERATOR_PLUGIN(Folder, "folder", 2, "1.1.0",
                         "Images that lie in class folders, as real face sets are kept: "
                         "PATH/PERSON/IMAGE.jpg.")
