// The plugin against dlib itself: dlib's own network and dlib's own way to cut a chip, run by
// dlib's library. And what the plugin says of a file with weights that are none.
//   dlib_embedder_test FILE_WITH_THE_WEIGHTS
#include <dlib/dnn.h>
#include <dlib/image_processing.h>
#include <synface/backbone.h>
#include <synface/sdk/testing.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "chip.h"
#include "network.h"
#include "sha256.h"
#include "weights.h"

namespace t = synface::sdk::testing;
using namespace dlib_embedder;

namespace reference {

// dlib's examples/dnn_face_recognition_ex.cpp.
template <int N, int Stride, typename Below>
using conv = dlib::affine<dlib::con<N, 3, 3, Stride, Stride, Below>>;
template <int N, int Stride, typename Below>
using block = conv<N, 1, dlib::relu<conv<N, Stride, dlib::tag1<Below>>>>;
template <int N, typename Below>
using same = dlib::relu<dlib::add_prev1<block<N, 1, Below>>>;
template <int N, typename Below>
using down = dlib::relu<
    dlib::add_prev2<dlib::avg_pool<2, 2, 2, 2, dlib::skip1<dlib::tag2<block<N, 2, Below>>>>>>;
template <typename Below>
using upper = down<256, same<256, same<256, down<256, Below>>>>;
template <typename Below>
using middle = same<128, same<128, down<128, same<64, same<64, same<64, down<64, Below>>>>>>>;
template <typename Below>
using lower = same<32, same<32, same<32, dlib::max_pool<3, 3, 2, 2, Below>>>>;
using Network = dlib::loss_metric<
    dlib::fc_no_bias<128, dlib::avg_pool_everything<upper<middle<lower<dlib::relu<dlib::affine<
                              dlib::con<32, 7, 7, 2, 2, dlib::input_rgb_image_sized<150>>>>>>>>>>;

}  // namespace reference

namespace {

constexpr int64_t kSide = 112;

synface_dims dims(int64_t side) {
  synface_dims dims{};
  dims.height = dims.width = side;
  dims.max_batch = 8;
  return dims;
}

using Backbone = t::Instance<synface_backbone_table>;

// Smooth colours with a few edges, another picture for each `which`.
float value(int64_t which, int64_t c, int64_t row, int64_t column) {
  const auto at = [](int64_t i) { return static_cast<double>(i); };
  const double wave = std::sin(0.07 * at(row * (which + 1)) + at(c)) *
                      std::cos(0.05 * at(column) + 0.3 * at(which));
  const bool inside = std::hypot(at(row) - 56, at(column) - 56) < 30 + 4 * at(which);
  return static_cast<float>(std::round((wave * 0.6 + (inside ? 0.3 : -0.2) + 1) * 127.5) / 127.5 -
                            1);
}

t::Array<float> pictures(int64_t n, int64_t first = 0) {
  std::vector<float> values;
  for (int64_t b = 0; b < n; ++b) {
    for (int64_t c = 0; c < 3; ++c) {
      for (int64_t i = 0; i < kSide * kSide; ++i) {
        values.push_back(value(first + b, c, i / kSide, i % kSide));
      }
    }
  }
  return t::Array<float>({n, 3, kSide, kSide}, std::move(values));
}

std::vector<float> embed(const Backbone& backbone, t::Array<float>& x, int64_t n) {
  t::Array<float> embeddings({n, 128});
  const synface_context ctx = t::context(SYNFACE_PHASE_EVAL);
  t::call([&](synface_error* e) {
    return backbone->forward(backbone.self(), &ctx, x, embeddings, nullptr, e);
  });
  return embeddings.values();
}

dlib::matrix<dlib::rgb_pixel> to_bytes(const float* image, int64_t side) {
  dlib::matrix<dlib::rgb_pixel> bytes(side, side);
  for (int64_t i = 0; i < side * side; ++i) {
    const auto byte = [&](int64_t c) {
      return static_cast<unsigned char>(std::lround((image[3 * i + c] + 1) * 127.5F));
    };
    bytes(i / side, i % side) = dlib::rgb_pixel(byte(0), byte(1), byte(2));
  }
  return bytes;
}

std::vector<float> picture(int64_t which) {
  std::vector<float> image;
  for (int64_t i = 0; i < 3 * kSide * kSide; ++i) {
    image.push_back(value(which, i % 3, i / 3 / kSide, i / 3 % kSide));
  }
  return image;
}

std::vector<float> chip_of(int64_t which) {
  std::vector<float> chip(kChip * kChip * 3);
  const std::vector<float> image = picture(which);
  Cutter(kSide, kSide, 1.0).cut({image.data(), 1, 3 * kSide, 3}, chip.data());
  return chip;
}

void a_chip_is_cut_as_dlib_cuts_it() {
  // Eyes, nose and mouth of dlib's mean shape in its chip, and of ArcFace's template.
  const auto in_chip = [](double x, double y) {
    return dlib::dpoint((0.25 + x) / 1.5 * 150, (0.25 + y) / 1.5 * 150);
  };
  const std::vector<dlib::dpoint> from = {in_chip(0.22549, 0.21599), in_chip(0.75476, 0.21599),
                                          in_chip(0.490127, 0.515625), in_chip(0.254149, 0.780233),
                                          in_chip(0.726104, 0.780233)};
  const std::vector<dlib::dpoint> to = {{38.2946, 51.6963},
                                        {73.5318, 51.5014},
                                        {56.0252, 71.7366},
                                        {41.5493, 92.3655},
                                        {70.7299, 92.2041}};
  dlib::matrix<dlib::rgb_pixel> wanted;
  dlib::extract_image_chip(to_bytes(picture(0).data(), kSide),
                           dlib::chip_details(from, to, dlib::chip_dims(150, 150)), wanted);
  const dlib::matrix<dlib::rgb_pixel> found = to_bytes(chip_of(0).data(), kChip);
  int64_t compared = 0, far = 0;
  for (long i = 0; i < 125; ++i) {  // dlib is black where the crop has ended
    for (long j = 5; j < 145; ++j, ++compared) {
      const auto apart = [](int a, int b) { return std::abs(a - b) > 1; };
      far += apart(wanted(i, j).red, found(i, j).red) ||
             apart(wanted(i, j).green, found(i, j).green) ||
             apart(wanted(i, j).blue, found(i, j).blue);
    }
  }
  t::require(compared > 0 && far == 0, std::to_string(far) + " of " + std::to_string(compared) +
                                           " pixels are more than a grey level off dlib's");
}

void a_descriptor_is_that_of_dlibs_network(const std::string& weights) {
  reference::Network dlibs;
  dlib::deserialize(weights) >> dlibs;
  const Network ours(read_weights(weights));
  Network::Scratch scratch = Network::scratch();
  for (int64_t which = 0; which < 2; ++which) {
    const dlib::matrix<dlib::rgb_pixel> bytes = to_bytes(chip_of(which).data(), kChip);
    std::vector<float> chip;
    for (const dlib::rgb_pixel& p : bytes) {
      for (const int byte : {p.red, p.green, p.blue}) {
        chip.push_back(static_cast<float>(byte) / 127.5F - 1.0F);
      }
    }
    float found[kLength];
    ours.descriptor(chip.data(), scratch, found);
    const dlib::matrix<float, 0, 1> wanted = dlibs(bytes);
    double apart = 0;
    for (long d = 0; d < kLength; ++d)
      apart = std::max<double>(apart, std::abs(wanted(d) - found[d]));
    t::require(dlib::length(wanted) > 0.5 && apart < 2e-5,
               "dlib's descriptor, " + std::to_string(apart) + " apart");
  }
}

void a_row_does_not_depend_on_its_neighbours(const std::string& weights) {
  const Backbone backbone(synface_plugin_entry, {{"weights", weights.c_str()}}, dims(kSide));
  t::Array<float> three = pictures(3), last = pictures(1, 2);
  const std::vector<float> together = embed(backbone, three, 3), alone = embed(backbone, last, 1);
  t::require(std::equal(alone.begin(), alone.end(), together.begin() + 256), "the same bits");
  t::require(!std::equal(alone.begin(), alone.end(), together.begin()), "another picture");
}

void a_sha256_is_that_of_fips_180_4() {
  t::require(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
             "one block");
  t::require(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
                 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
             "two blocks");
}

// The plugin refuses the file, as an IO error that says each of these words.
void is_refused(const std::filesystem::path& file, const std::vector<std::string>& words) {
  try {
    const Backbone backbone(synface_plugin_entry, {{"weights", file.c_str()}}, dims(kSide));
    t::Array<float> x = pictures(1);
    embed(backbone, x, 1);
  } catch (const synface::sdk::Error& error) {
    const std::string said = error.what();
    t::require(error.code() == SYNFACE_ERR_IO, "an IO error: " + said);
    for (const std::string& word : words) {
      t::require(said.find(word) != std::string::npos, "'" + word + "' is in: " + said);
    }
    return;
  }
  t::require(false, file.string() + " is refused");
}

void files_that_are_not_the_weights_are_refused(const std::string& weights) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("dlib_embedder_test." + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  is_refused(folder / "absent.dat", {"there is no file", "absent.dat", "backbone.weights"});
  is_refused(folder, {"is not a file"});

  std::ifstream in(weights, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(in), {});
  const auto write = [&](const char* name, std::string_view some) {
    std::ofstream(folder / name, std::ios::binary) << some;
    return folder / name;
  };
  is_refused(write("cut.dat", std::string_view(bytes).substr(0, bytes.size() / 2)),
             {"11233033 bytes", "cut off"});
  is_refused(write("empty.dat", ""), {"has 0 bytes"});
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  is_refused(write("other.dat", bytes), {"SHA-256", sha256(bytes), kWeightsSha256});
  std::filesystem::remove_all(folder);
}

}  // namespace

int main(int argc, char** argv) {
  return t::run([&] {
    t::require(argc == 2, "usage: dlib_embedder_test FILE_WITH_THE_WEIGHTS");
    a_sha256_is_that_of_fips_180_4();
    a_chip_is_cut_as_dlib_cuts_it();
    a_descriptor_is_that_of_dlibs_network(argv[1]);
    a_row_does_not_depend_on_its_neighbours(argv[1]);
    files_that_are_not_the_weights_are_refused(argv[1]);
  });
}
