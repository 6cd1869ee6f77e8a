// lbp: a frozen backbone without LibTorch (the tensors here are LibTorch's only for convenience).
#include <gtest/gtest.h>
#include <turbojpeg.h>

#include <algorithm>
#include <bitset>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "harness.h"

namespace synface::test {
namespace {

constexpr std::int64_t kBins = 59;

Setting lbp(std::int64_t size, std::int64_t grid, double radius) {
  return {.plugin = "lbp",
          .height = size,
          .width = size,
          .embedding = 0,
          .values = {{"grid", grid}, {"radius", radius}}};
}

// Number of a pattern among the uniform ones in rising order, by its text: at most two changes.
std::int64_t bin_of(unsigned wanted) {
  std::int64_t bin = 0;
  for (unsigned pattern = 0; pattern < wanted; ++pattern) {
    const std::string bits = std::bitset<8>(pattern).to_string();
    int changes = bits.front() != bits.back() ? 1 : 0;
    for (std::size_t i = 1; i < bits.size(); ++i) changes += bits[i] != bits[i - 1] ? 1 : 0;
    if (changes <= 2) ++bin;
  }
  return bin;
}

TEST(Lbp, GoldenOfAStepEdge) {
  // Given 6 x 6 pixels, black to the left and white from column 3 on; radius 1, so that columns 1
  // to 4 of rows 1 to 4 are counted. In columns 1, 2 and 4 no neighbour is darker than the centre:
  // pattern 11111111. In column 3 the three points to the left are: right, upper right, up, down,
  // lower right are set, 1 + 2 + 4 + 64 + 128 = 199. So 12 of 16 pixels and 4 of 16.
  Backbone net(lbp(6, 1, 1.0));
  at::Tensor x = at::full({1, 3, 6, 6}, -1.0);
  x.slice(3, 3).fill_(1.0);
  const at::Tensor y = net.embed(x)[0];
  ASSERT_EQ(y.numel(), kBins);
  at::Tensor wanted = at::zeros({kBins});
  wanted[bin_of(255)] = std::sqrt(0.75F);
  wanted[bin_of(199)] = 0.5F;
  EXPECT_TRUE(at::equal(y, wanted)) << y;
}

TEST(Lbp, AFlatPictureHasOnePatternWhateverItsGrey) {
  for (const double value : {-1.0, -0.3, 0.123, 1.0}) {
    Backbone net(lbp(48, 7, 2.5));
    const at::Tensor cells = net.embed(at::full({2, 3, 48, 48}, value)).view({2, 49, kBins});
    EXPECT_TRUE(at::equal(cells.select(2, bin_of(255)), at::ones({2, 49}))) << value;
    EXPECT_EQ(cells.sum().item<float>(), 98.0F);
  }
}

TEST(Lbp, EachCellHasLengthOneAndPicturesDiffer) {
  Backbone net(lbp(64, 5, 2.0));
  const at::Tensor x = pictures(3, 64, 64);
  const at::Tensor y = net.embed(x);
  EXPECT_EQ(y.size(1), 25 * kBins);
  EXPECT_LT((y.view({-1, kBins}).square().sum(1) - 1.0).abs().max().item<float>(), 1e-5);
  EXPECT_GT(at::cosine_similarity(y[0], y[1], 0).item<float>(), 0.0F);
  EXPECT_LT(at::cosine_similarity(y[0], y[1], 0).item<float>(), 0.99F);
}

TEST(Lbp, LayoutThreadsAndBatchChangeNoBit) {
  Setting setting = lbp(50, 7, 2.0);
  setting.width = 41;
  Backbone one(setting);
  setting.threads = 3;
  Backbone three(setting);
  const at::Tensor x = pictures(5, 50, 41);
  const at::Tensor y = one.embed(x);
  EXPECT_TRUE(at::equal(y, three.embed(x.contiguous(at::MemoryFormat::ChannelsLast))));
  EXPECT_TRUE(at::equal(y.slice(0, 2, 3), one.embed(x.slice(0, 2, 3).contiguous())));
  EXPECT_EQ(one.embed(x.slice(0, 0, 0)).size(0), 0);
}

TEST(Lbp, RefusesPicturesThatAreTooSmall) {
  try {
    Backbone net(lbp(10, 7, 2.0));
    FAIL() << "10 pixels hold no 7 cells with a margin of 2";
  } catch (const std::runtime_error& e) {
    EXPECT_NE(std::string(e.what()).find("at least 11 x 11"), std::string::npos) << e.what();
  }
}

TEST(Lbp, IsFrozenExportsOneSymbolAndNeedsNoLibTorch) {
  const auto& table =
      *reinterpret_cast<const synface_backbone_table*>(open_plugin("lbp").plugins[0]->table);
  EXPECT_EQ(table.parameters, nullptr);
  EXPECT_EQ(table.backward, nullptr);
  const std::string symbols = run_tool("nm -D --defined-only " + plugin_path("lbp"));
  EXPECT_EQ(std::count(symbols.begin(), symbols.end(), '\n'), 1) << symbols;
  EXPECT_NE(symbols.find("synface_plugin_entry"), std::string::npos);
  const std::string needed = run_tool("readelf -d " + plugin_path("lbp"));
  EXPECT_EQ(needed.find("torch"), std::string::npos) << needed;
  EXPECT_EQ(needed.find("c10"), std::string::npos) << needed;
  EXPECT_EQ(needed.find("stdc++"), std::string::npos) << needed;
}

// ---- on photographs, where the assets are
// ---------------------------------------------------------

at::Tensor decode(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream bytes;
  bytes << file.rdbuf();
  const std::string text = bytes.str();
  at::Tensor pixels = at::empty({112, 112, 3}, at::kByte);
  tjhandle handle = tjInitDecompress();
  const int failed = tjDecompress2(handle, reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<unsigned long>(text.size()),
                                   pixels.data_ptr<std::uint8_t>(), 112, 0, 112, TJPF_RGB, 0);
  tjDestroy(handle);
  if (failed != 0) throw std::runtime_error("cannot decode " + path.string());
  return pixels.permute({2, 0, 1}).to(at::kFloat) / 127.5 - 1.0;
}

struct Pair {
  std::string first, second;
  bool same;
};

std::string photo(const std::string& name, const std::string& number) {
  return name + "/" + name + "_" + std::string(4 - number.size(), '0') + number + ".jpg";
}

std::vector<Pair> read_pairs(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  std::vector<Pair> pairs;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    const std::vector<std::string> w{std::istream_iterator<std::string>(words), {}};
    if (w.size() == 3) pairs.push_back({photo(w[0], w[1]), photo(w[0], w[2]), true});
    if (w.size() == 4) pairs.push_back({photo(w[0], w[1]), photo(w[2], w[3]), false});
  }
  return pairs;
}

// Probability that a genuine pair scores above an impostor pair.
double area_under_curve(const std::vector<double>& genuine, std::vector<double> impostor) {
  std::sort(impostor.begin(), impostor.end());
  double below = 0.0;
  for (const double score : genuine) {
    const auto range = std::equal_range(impostor.begin(), impostor.end(), score);
    below += static_cast<double>(range.first - impostor.begin()) +
             0.5 * static_cast<double>(range.second - range.first);
  }
  return below / static_cast<double>(genuine.size()) / static_cast<double>(impostor.size());
}

TEST(Lbp, TellsPhotographsApartAsWellAsItShould) {
  const char* assets = std::getenv("SYNFACE_TEST_ASSETS");
  const std::filesystem::path root =
      std::filesystem::path(assets ? assets : SYNFACE_TEST_SOURCE_DIR "/../shared/assets") /
      "lfw_subset";
  if (!std::filesystem::exists(root)) GTEST_SKIP() << "no photographs at " << root;
  Backbone net(lbp(112, 7, 2.0));
  std::map<std::string, at::Tensor> embedded;
  const auto embed = [&](const std::string& name) {
    auto& y = embedded[name];
    if (y.defined()) return y;
    const at::Tensor image = decode(root / "dev" / name).unsqueeze(0);
    y = (net.embed(image) + net.embed(image.flip(3).contiguous()))[0];
    return y /= y.norm();
  };
  std::vector<double> scores[2];
  for (const Pair& pair : read_pairs(root / "pairs_dev.txt")) {
    scores[pair.same].push_back(embed(pair.first).dot(embed(pair.second)).item<double>());
  }
  ASSERT_EQ(scores[0].size(), 600U);
  ASSERT_EQ(scores[1].size(), 600U);
  const double auc = area_under_curve(scores[1], scores[0]);
  RecordProperty("auc", std::to_string(auc));
  std::printf("AUC on the development pairs: %.4f\n", auc);
  EXPECT_GT(auc, 0.73);
  EXPECT_LT(auc, 0.80);
}

}  // namespace
}  // namespace synface::test
