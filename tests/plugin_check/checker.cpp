// The child process of the tests: what `synface` and `synface-worker` are to a user.
#include <synface/data/extensions.h>
#include <synface/plugin/check/check.h>

int main(int argc, char** argv) {
  synface::plugin::check::maybe_check(argc, argv, [](synface::plugin::HostServices& host) {
    host.offer(SYNFACE_EXT_CODEC, &synface::data::codec_extension());
    host.offer(SYNFACE_EXT_LISTING, &synface::data::listing_extension());
    host.offer(SYNFACE_EXT_TENSORFILE, &synface::data::tensorfile_extension());
  });
  return 2;
}
