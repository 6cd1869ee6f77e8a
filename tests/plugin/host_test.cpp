// The host's side: services by id, and the log.
#include <synface/plugin/host.h>

#include "support.h"

namespace synface::plugin::test {
namespace {

TEST(HostTest, OffersTheLogAndWhatWasRegistered) {
  HostServices services("9.8.7");
  const int table = 0;
  services.offer("com.example.thing/1", &table);
  const synface_host* host = services.abi();
  EXPECT_EQ(host->struct_size, sizeof(synface_host));
  EXPECT_EQ(host->abi_minor, static_cast<std::uint32_t>(SYNFACE_ABI_MINOR));
  EXPECT_EQ(std::string(host->version.data, host->version.size), "9.8.7");
  EXPECT_EQ(host->get_ext(host, "com.example.thing/1"), &table);
  EXPECT_NE(host->get_ext(host, SYNFACE_EXT_LOG), nullptr);
  EXPECT_EQ(host->get_ext(host, "com.example.thing/2"), nullptr);
  EXPECT_EQ(host->get_ext(host, "com.example.thing/1 "), nullptr);
  EXPECT_EQ(host->get_ext(host, ""), nullptr);
  EXPECT_EQ(host->get_ext(host, nullptr), nullptr);
}

TEST(HostTest, TwoHostsHaveTheirOwnServices) {
  HostServices a("1"), b("2");
  const int table = 0;
  a.offer("only.a/1", &table);
  EXPECT_EQ(b.abi()->get_ext(b.abi(), "only.a/1"), nullptr);
}

TEST(HostTest, AServiceWithoutATableIsAFaultOfOurs) {
  HostServices services("1");
  EXPECT_THROW(services.offer("x/1", nullptr), Error);
}

TEST(HostTest, TheLogReachesItsReceiver) {
  std::vector<std::string> lines;
  HostServices::receive_log([&](std::uint32_t level, std::string_view text) {
    lines.push_back(std::to_string(level) + ":" + std::string(text));
  });
  const PluginPtr plugin = loaded("good_loss", Kind::kLoss, "good");
  const Instance made(plugin, params_of(plugin), make_dims());
  HostServices::receive_log({});
  EXPECT_EQ(lines, std::vector<std::string>{"1:good loss was made"});
}

}  // namespace
}  // namespace synface::plugin::test
