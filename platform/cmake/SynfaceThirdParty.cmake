# Every third-party package of the project. Debian packages by minimum version, wheels by hash
# (third_party.lock, read by ./synface).
find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED)                  # DLL, Process, Math: headers
find_package(Boost 1.74 REQUIRED COMPONENTS filesystem)
find_package(fmt 9 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(tomlplusplus 3.3 QUIET)
find_package(CLI11 2.1 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto) # SHA-256
find_package(ZLIB REQUIRED)                        # CRC-32
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(GTest 1.12 REQUIRED)
find_package(SynfaceTorch REQUIRED)                # imported target synface::torch
if(SYNFACE_BENCHMARKS)
  find_package(benchmark 1.7 REQUIRED)
endif()

if(NOT TARGET tomlplusplus::tomlplusplus)
  find_path(TOMLPLUSPLUS_INCLUDE_DIR toml++/toml.h REQUIRED)
  add_library(tomlplusplus::tomlplusplus INTERFACE IMPORTED)
  target_include_directories(tomlplusplus::tomlplusplus INTERFACE "${TOMLPLUSPLUS_INCLUDE_DIR}")
endif()
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
find_library(XXHASH_LIBRARY xxhash REQUIRED)
add_library(synface_xxhash INTERFACE)
target_include_directories(synface_xxhash SYSTEM INTERFACE "${XXHASH_INCLUDE_DIR}")
target_link_libraries(synface_xxhash INTERFACE "${XXHASH_LIBRARY}")
find_library(TURBOJPEG_LIBRARY turbojpeg REQUIRED)
