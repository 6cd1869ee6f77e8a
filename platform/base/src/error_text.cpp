#include <cerrno>
#include <system_error>

#include "synface/base/file.h"

namespace synface {

void fail_errno(int number, ExitCode code, std::string_view doing,
                const std::filesystem::path& path) {
  const std::string words = std::generic_category().message(number);
  if (number == ENOSPC || number == EDQUOT) {
    fail(ExitCode::kNoSpace,
         "cannot {} {}: {}; free some space (`synface cache gc` drops cached images) and start the "
         "same command again, nothing recorded is lost",
         doing, path.string(), words);
  }
  fail(code, "cannot {} {}: {}", doing, path.string(), words);
}

}  // namespace synface
