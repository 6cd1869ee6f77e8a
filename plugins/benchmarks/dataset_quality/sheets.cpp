#include "sheets.h"

#include <algorithm>

#include "regions.h"

namespace dataset_quality {
namespace {

constexpr std::size_t kLine = 4;  // pixels between two pictures

class Sheet {
 public:
  Sheet(std::size_t rows, std::size_t columns, const Pictures& pictures)
      : height_(pictures.height()), width_(pictures.width()) {
    canvas_.height = rows * (height_ + kLine) + kLine;
    canvas_.width = columns * (width_ + kLine) + kLine;
    canvas_.pixels.assign(3 * canvas_.height * canvas_.width, 255);
  }
  void put(std::size_t row, std::size_t column, const Picture& picture) {
    const std::size_t top = kLine + row * (height_ + kLine);
    const std::size_t left = kLine + column * (width_ + kLine);
    for (std::size_t y = 0; y < height_; ++y) {
      std::copy_n(picture.pixels.data() + 3 * y * width_, 3 * width_,
                  canvas_.pixels.data() + 3 * ((top + y) * canvas_.width + left));
    }
  }
  Picture& canvas() { return canvas_; }

 private:
  std::size_t height_, width_;
  Picture canvas_;
};

void add_first_images(const Faces& faces, std::size_t person, std::size_t images, Row& row) {
  for (std::size_t k = 0; k < images; ++k) {
    row.push_back(k < faces.images_of(person)
                      ? std::optional<uint64_t>(faces.request[faces.starts[person] + k])
                      : std::nullopt);
  }
}

}  // namespace

std::vector<Row> sample_rows(const Faces& faces, std::size_t people, std::size_t images) {
  std::vector<Row> rows;
  for (std::size_t p = 0; p < std::min(people, faces.people()); ++p) {
    add_first_images(faces, p, images, rows.emplace_back());
  }
  return rows;
}

std::vector<Row> look_alike_rows(const Faces& faces, const std::vector<LookAlike>& pairs,
                                 std::size_t images) {
  std::vector<Row> rows;
  for (const LookAlike& pair : pairs) {
    Row& row = rows.emplace_back();
    add_first_images(faces, pair.first, images, row);
    row.push_back(std::nullopt);
    add_first_images(faces, pair.second, images, row);
  }
  return rows;
}

std::vector<Row> odd_rows(const Faces& faces, const Identities& identities,
                          const std::vector<OddImage>& odd, std::size_t images) {
  std::vector<Row> rows;
  for (const OddImage& one : odd) {
    const std::size_t person = faces.person[one.image];
    std::vector<std::size_t> others;
    for (std::size_t i = faces.starts[person]; i < faces.starts[person + 1]; ++i) {
      if (i != one.image) others.push_back(i);
    }
    std::stable_sort(others.begin(), others.end(), [&](std::size_t a, std::size_t b) {
      return identities.others[a] < identities.others[b];
    });
    Row& row = rows.emplace_back(Row{faces.request[one.image], std::nullopt});
    for (std::size_t k = 0; k < images; ++k) {
      row.push_back(k < others.size() ? std::optional<uint64_t>(faces.request[others[k]])
                                      : std::nullopt);
    }
  }
  return rows;
}

std::string sheet(const std::vector<Row>& rows, const Pictures& pictures) {
  std::size_t columns = 0;
  for (const Row& row : rows) columns = std::max(columns, row.size());
  Sheet out(rows.size(), columns, pictures);
  for (std::size_t y = 0; y < rows.size(); ++y) {
    for (std::size_t x = 0; x < rows[y].size(); ++x) {
      if (rows[y][x]) out.put(y, x, pictures.read(*rows[y][x]));
    }
  }
  return pictures.jpeg(out.canvas());
}

std::string region_sheet(const std::vector<uint64_t>& requests, const Pictures& pictures) {
  Sheet out(requests.size(), 1 + kRegions.size(), pictures);
  for (std::size_t y = 0; y < requests.size(); ++y) {
    const Picture whole = pictures.read(requests[y]);
    out.put(y, 0, whole);
    for (std::size_t r = 0; r < kRegions.size(); ++r) {
      Picture part = whole;
      keep_region(kRegions[r].region, part.height, part.width, part.pixels.data());
      out.put(y, 1 + r, part);
    }
  }
  return pictures.jpeg(out.canvas());
}

}  // namespace dataset_quality
