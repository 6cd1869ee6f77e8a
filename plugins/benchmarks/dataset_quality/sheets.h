// Sheets of pictures, for people to look at.
#pragma once

#include <optional>
#include <vector>

#include "identity.h"
#include "pictures.h"

namespace dataset_quality {

// Rows of requests; an empty place is white.
using Row = std::vector<std::optional<uint64_t>>;

// A few images of the first people, one person a row.
std::vector<Row> sample_rows(const Faces& faces, std::size_t people, std::size_t images);
// Two people a row with an empty place between them.
std::vector<Row> look_alike_rows(const Faces& faces, const std::vector<LookAlike>& pairs,
                                 std::size_t images);
// The odd image, an empty place, and the images of the person that lie nearest to its centre.
std::vector<Row> odd_rows(const Faces& faces, const Identities& identities,
                          const std::vector<OddImage>& odd, std::size_t images);

// As a JPEG file, with a white line between the pictures.
std::string sheet(const std::vector<Row>& rows, const Pictures& pictures);
// A row for each image: itself, then what each region keeps of it.
std::string region_sheet(const std::vector<uint64_t>& requests, const Pictures& pictures);

}  // namespace dataset_quality
