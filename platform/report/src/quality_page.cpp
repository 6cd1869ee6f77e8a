#include <fmt/core.h>

#include <algorithm>
#include <cctype>

#include "synface/base/error.h"
#include "synface/base/file.h"
#include "synface/report/html.h"
#include "synface/report/plots.h"
#include "synface/report/quality.h"

namespace synface::report {
namespace {

// RFC 4648, with padding.
std::string base64(std::string_view bytes) {
  constexpr const char* kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8U | (k < n ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= n ? kDigits[group >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return out;
}

// The <svg> element alone, without the XML declaration before it.
std::string svg_of(const nlohmann::json& plot, const std::filesystem::path& vl_convert) {
  const TemporaryFolder folder("quality");
  const auto file = folder.path() / "plot.svg";
  render_plot(plot, file, vl_convert);
  const std::string text = read_file(file);
  const std::size_t start = text.find("<svg");
  return start == std::string::npos ? std::string() : text.substr(start);
}

class Page {
 public:
  Page(const QualityPage& page, std::string* complaint) : page_(page), complaint_(complaint) {}

  void add(const QualityFigures& figures) {
    text_ += fmt::format("<h2>By {}</h2>\n<ul>\n", html_escaped(figures.embedder));
    for (const std::string& words : quality_words(figures)) {
      text_ += "<li>" + html_escaped(words) + "</li>\n";
    }
    text_ += "</ul>\n";
    add_plot(distance_plot(figures));
    const nlohmann::json regions = region_plot(figures);
    if (!regions.is_null()) add_plot(regions);
    add_table(figures);
    add_sheets(figures);
  }
  std::string take() { return std::move(text_); }

 private:
  void add_plot(const nlohmann::json& plot) {
    try {
      text_ += "<figure>" + svg_of(plot, page_.vl_convert) + "</figure>\n";
    } catch (const Error& error) {
      // A page without its plots still has every number; where a converter was named it must work.
      if (error.code() != ExitCode::kSetup || !page_.vl_convert.empty()) throw;
      *complaint_ = error.what();
      text_ +=
          "<p class=\"missing\">A plot is missing here: " + html_escaped(error.what()) + "</p>\n";
    }
  }

  void add_table(const QualityFigures& figures) {
    text_ +=
        "<table>\n<tr><th>figure</th><th class=\"n\">set</th><th class=\"n\">photographs</th>"
        "<th>what it says</th></tr>\n";
    for (const QualityRow& row : quality_rows(figures)) {
      text_ += fmt::format(
          "<tr><td class=\"name\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>"
          "<td class=\"meaning\">{}</td></tr>\n",
          html_escaped(row.name), row.set, row.real, html_escaped(row.meaning));
    }
    text_ += "</table>\n";
  }

  void add_sheets(const QualityFigures& figures) {
    add_sheet(figures, "look_alikes", "Nearest look-alikes",
              "Two different people a row, the nearest pairs first");
    add_sheet(figures, "least_consistent", "Least consistent images",
              "The image that lies farthest from the rest of its person, and the person's most "
              "typical images");
    add_sheet(figures, "samples", "The first people", "One person a row");
    add_sheet(figures, "regions", "What each region shows",
              "Whole, face, surround, eyes, mouth, skin: fixed shapes on the template, the same "
              "for photographs and the set");
  }

  void add_sheet(const QualityFigures& figures, const std::string& name, const char* title,
                 const char* about) {
    add_one_sheet(figures, name, title, about);
    if (page_.photographs) {
      add_one_sheet(figures, "real." + name, (std::string("Photographs: ") + title).c_str(), about);
    }
  }
  void add_one_sheet(const QualityFigures& figures, const std::string& name, const char* title,
                     const char* about) {
    const auto sheet = figures.sheets.find(name + ".jpg");
    if (sheet == figures.sheets.end()) return;
    text_ += fmt::format(
        "<h3>{}</h3>\n<figure><img alt=\"{}\" src=\"data:image/jpeg;base64,{}\">\n"
        "<figcaption>{}{}.</figcaption></figure>\n",
        title, title, base64(read_file(sheet->second)), about, distances_of(figures, name));
  }
  static std::string distances_of(const QualityFigures& figures, const std::string& name) {
    const auto curve = figures.curves.find(name);
    if (curve == figures.curves.end()) return "";
    std::string text;
    for (const double y : curve->second.y) {
      text += fmt::format("{}{:.3f}", text.empty() ? "" : ", ", y);
    }
    return "; distances, row by row: " + text;
  }

  const QualityPage& page_;
  std::string* complaint_;
  std::string text_;
};

// What the page is about; of intervals and photographs only where it has some.
std::string introduction(const std::vector<QualityFigures>& figures) {
  std::string text =
      "Nothing was trained. An embedder that has not seen the set turns each image into a point; "
      "the figures are about these points.";
  const bool photographs =
      std::any_of(figures.begin(), figures.end(),
                  [](const QualityFigures& one) { return one.figure("real.people").has_value(); });
  if (photographs) {
    text +=
        " Beside each figure of the set stands that of photographs, or of photographs against "
        "photographs of other people.";
  }
  for (const QualityFigures& one : figures) {
    const std::vector<std::string> notes = quality_notes(one);
    for (std::string note : notes) {
      note[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(note[0])));
      text += " " + html_escaped(note) + ".";
    }
    if (!notes.empty()) break;  // the same for every embedder
  }
  return text;
}

}  // namespace

std::string quality_page(const QualityPage& page, const std::vector<QualityFigures>& figures,
                         std::string* complaint) {
  std::string text = fmt::format("<h1>{}</h1>\n<table>\n", html_escaped(page.title));
  for (const auto& [label, fact] : page.facts) {
    text +=
        fmt::format("<tr><th>{}</th><td>{}</td></tr>\n", html_escaped(label), html_escaped(fact));
  }
  text += "</table>\n<p>" + introduction(figures) + "</p>\n";
  for (const QualityFigures& one : figures) {
    Page part(page, complaint);
    part.add(one);
    text += part.take();
  }
  text += "<h2>Again</h2>\n<pre>" + html_escaped(page.command) + "</pre>\n";
  return html_document(page.title, text);
}

}  // namespace synface::report
